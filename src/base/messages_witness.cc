// What `stellwerk witness` says.
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kWitness[] = {
    {"cli.help.witness",
     "Bezeugt Checkpoints anderer Installationen: dient als Zeuge ihres Journals",
     "Cosigns checkpoints of other installations: serves as a witness of their journals"},
    {"cli.help.option.witness.log", "Schlüssel eines Journals, das bezeugt wird (mehrfach erlaubt)",
     "key of a journal that is witnessed (may be repeated)"},
    {"cli.help.option.witness.policy", "Richtlinie (tlog-policy), deren Journale bezeugt werden",
     "policy (tlog-policy) whose journals are witnessed"},
    {"cli.help.option.witness.name", "Name des Zeugen, etwa witness.example/w1",
     "the witness's name, such as witness.example/w1"},
    {"cli.help.option.witness.listen", "Adresse und Port (sonst 127.0.0.1:7380)",
     "address and port (otherwise 127.0.0.1:7380)"},
    {"cli.help.option.witness.tls-cert",
     "Zertifikat mit seiner Kette, PEM; jenseits dieser Maschine nötig",
     "certificate with its chain, PEM; needed beyond this machine"},
    {"cli.help.option.witness.tls-key",
     "Schlüssel des Zertifikats, PEM, nur für diesen Benutzer lesbar",
     "the certificate's key, PEM, readable by this user only"},
    {"cli.help.option.witness.show-key", "Gibt den Schlüssel des Zeugen aus und endet",
     "Prints the witness's key and ends"},

    {"cli.witness.ready", "Zeuge bereit unter {url}", "witness ready at {url}"},
    {"cli.witness.log", "  bezeugt {origin}", "  witnesses {origin}"},
    {"cli.witness.cosigned", "bezeugt    {origin}  Größe {size}",
     "cosigned   {origin}  size {size}"},
    {"cli.witness.refused", "abgelehnt  {origin}  Größe {size}: {status}, {problem}",
     "refused    {origin}  size {size}: {status}, {problem}"},
    {"cli.witness.refused-unknown", "abgelehnt  {status}, {problem}",
     "refused    {status}, {problem}"},
    {"cli.witness.untold", "abgelehnt  {untold} weitere seit der letzten solchen Zeile",
     "refused    {untold} more since the last such line"},
    {"cli.witness.other-history",
     "EINE ANDERE GESCHICHTE von {origin}, Größe {size}: {problem}. Das Journal hat dies signiert:",
     "ANOTHER HISTORY of {origin}, size {size}: {problem}. The log signed this:"},
    {"cli.witness.ended", "Zeuge beendet", "witness ended"},
};

}  // namespace

std::span<const MessageRow> witness_messages() { return kWitness; }

}  // namespace stellwerk::base
