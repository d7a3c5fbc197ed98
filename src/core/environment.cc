#include "core/environment.h"

#include <algorithm>

namespace stellwerk::core {
namespace {

template <class Items, class Predicate>
auto find_in(const Items& items, Predicate matches) -> const typename Items::value_type* {
  const auto found = std::find_if(items.begin(), items.end(), matches);
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Service* Environment::find_service(const base::ServiceName& name) const {
  return find_in(services, [&](const Service& service) { return service.name == name; });
}

const Tenant* Environment::find_tenant(const base::TenantId& id) const {
  return find_in(tenants, [&](const Tenant& tenant) { return tenant.id == id; });
}

const Person* Environment::find_person(const base::PersonId& id) const {
  return find_in(people, [&](const Person& person) { return person.id == id; });
}

const Person* Environment::find_os_user(std::string_view os_user) const {
  return find_in(people, [&](const Person& person) { return person.os_user == os_user; });
}

}  // namespace stellwerk::core
