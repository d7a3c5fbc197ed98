// deck.h — which seed a run of chaos_test has, how to repeat a test of it, and its figures at the
// end.
//
// Role: STELLWERK_CHAOS_SEED and STELLWERK_CHAOS_MOMENTS in the environment; the defaults are what
// scripts/test runs.                                             Thread-safety: one thread.
// Start here: deck()
#pragma once

#include <string>

#include "chaos/moments.h"
#include "chaos/trial.h"

namespace stellwerk::chaos {

Deck deck();

/// The release `number` of the deck. STELLWERK_CHAOS_AT, moments separated by blanks, takes the
/// place of what the seed chose for it.
Hand hand_of(std::size_t number);

/// Prints what is being tried, and the command that repeats the test it is called in.
void say_what_repeats_it(const std::string& what);

/// Counts its moments and how quickly its guards were armed again; printed when all tests have
/// ended.
void take_figures(const Trial& trial);

}  // namespace stellwerk::chaos
