// SQLite's connections of this program copy their write-ahead log into the database after a few
// commits instead of a thousand pages, so that short recordings have such copies, too.
#include <dlfcn.h>
#include <sqlite3.h>

extern "C" int sqlite3_open_v2(const char* name, sqlite3** connection, int flags, const char* vfs) {
  using Open = int (*)(const char*, sqlite3**, int, const char*);
  static const auto real = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, "sqlite3_open_v2"));
  const int result = real(name, connection, flags, vfs);
  if (result == SQLITE_OK) sqlite3_wal_autocheckpoint(*connection, 16);
  return result;
}
