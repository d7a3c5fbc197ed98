// What stands on manual pages beside what help says.
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kMan[] = {
    {"cli.man.manual", "Handbuch von Stellwerk", "Stellwerk Manual"},
    {"cli.man.name", "BEZEICHNUNG", "NAME"},
    {"cli.man.synopsis", "ÜBERSICHT", "SYNOPSIS"},
    {"cli.man.description", "BESCHREIBUNG", "DESCRIPTION"},
    {"cli.man.arguments", "ARGUMENTE", "ARGUMENTS"},
    {"cli.man.commands", "BEFEHLE", "COMMANDS"},
    {"cli.man.options", "OPTIONEN", "OPTIONS"},
    {"cli.man.exit", "RÜCKGABEWERT", "EXIT STATUS"},
    {"cli.man.see-also", "SIEHE AUCH", "SEE ALSO"},
    {"cli.man.option-word", "OPTION", "OPTION"},
    {"cli.man.command-word", "BEFEHL", "COMMAND"},
    {"cli.man.about",
     "Ein Release ist eine Datei (release.yaml), die Installation eine andere (stellwerk.yaml). "
     "Aus beiden wird ein Plan, und nichts geschieht, was nicht vorher im Journal steht. Daten "
     "gehen auf die Standardausgabe, alles andere auf die Standardfehlerausgabe. Jeder Fehler hat "
     "einen Code, den \"stellwerk explain\" erklärt.",
     "A release is a file (release.yaml), the installation another one (stellwerk.yaml). Both "
     "make a plan, and nothing happens that was not written into the journal before. Data goes to "
     "standard output, everything else to standard error. Every error has a code that \"stellwerk "
     "explain\" explains."},
    {"cli.man.exit.0", "Getan; ein Release ist abgeschlossen.", "Done; a release has completed."},
    {"cli.man.exit.1", "Es fand sich etwas.", "Something was found."},
    {"cli.man.exit.2", "Aufruf oder Konfiguration sind nicht in Ordnung; nichts geschah.",
     "The command line or the configuration is not right; nothing happened."},
    {"cli.man.exit.3", "Eine Prüfung von Aufzeichnungen schlug fehl.",
     "A verification of records failed."},
    {"cli.man.exit.10", "Das Release wurde zurückgerollt oder abgesagt.",
     "The release was rolled back or cancelled."},
    {"cli.man.exit.11", "Das Release ist nicht zu Ende; es wartet auf einen Menschen.",
     "The release has not ended; it waits for a person."},
    {"cli.man.exit.12", "Fehlgeschlagen; ein Mensch muss eingreifen.",
     "Failed; a person must act."},
};

}  // namespace

std::span<const MessageRow> man_messages() { return kMan; }

}  // namespace stellwerk::base
