"""What tools/tidy.py enforces, as data. The reasons are in STYLE.md and ARCHITECTURE.md."""
import re

# --- Folders: who may include whom ---------------------------------------------------------------------------------

FOLDERS = {
    "base": set(),
    "core": {"base"},
    "kpi": {"base", "core"},
    "audit": {"base"},
    "documents": {"base", "core", "kpi", "audit"},
    "config": {"base", "core"},
    "ports": {"base", "core", "kpi"},
    "checks": {"base", "core", "ports"},
    "engine": {"base", "core", "kpi", "audit", "ports"},
    "api": {"base", "core", "kpi", "audit", "ports", "engine"},
    "sim": {"base", "core", "kpi", "audit", "ports", "engine", "adapters/memory"},
    "cli": {"base", "core", "kpi", "audit", "documents", "config", "ports", "checks", "engine", "sim", "api"},
    "app": {"base", "core", "kpi", "audit", "documents", "config", "ports", "checks", "engine", "sim", "api", "cli",
            "adapters"},
}
ADAPTER_MAY_INCLUDE = {"base", "core", "kpi", "audit", "ports", "config"}  # audit: docs/decisions/0003
PURE = {"core", "kpi", "audit", "documents"}
# Tests of a folder may use the in-memory implementations of the ports.
TESTS_MAY_INCLUDE = {"adapters/memory", "support"}  # support: tests/support

# --- Libraries: header prefix -> the folders that may include it -----------------------------------------------------

EVERYWHERE = re.compile(r"")
LIBRARIES = {
    "nlohmann/": EVERYWHERE,
    "fmt/": EVERYWHERE,
    "tl/": EVERYWHERE,
    "openssl/": re.compile(r"src/(base|audit|adapters/(file|memory))/|examples/"),
    "xxhash.h": re.compile(r"src/(base|core)/"),  # a pure function: the buckets of unknown tenants
    "yaml-cpp/": re.compile(r"src/config/"),
    "sqlite3.h": re.compile(r"src/adapters/sqlite/|tests/"),
    "curl/": re.compile(r"(src/(adapters/\w+|cli)|examples/.*|tests)/"),
    "microhttpd.h": re.compile(r"src/api/|examples/"),
    "CLI/": re.compile(r"src/cli/"),
    "archive.h": re.compile(r"src/cli/archive_|.*_test\.cc$"),
    "archive_entry.h": re.compile(r"src/cli/archive_|.*_test\.cc$"),
    "gtest/": re.compile(r"tests/|.*_(test|it)\.(cc|h)$|.*/testing/"),
    "rapidcheck": re.compile(r"tests/|.*_(test|it)\.(cc|h)$|.*/testing/"),
    "benchmark/": re.compile(r"tests/bench/"),
}

# C and Linux headers; pure folders may use only the first group.
C_HEADERS = {"stdint.h", "stddef.h", "limits.h"}
SYSTEM_HEADER = re.compile(
    r"^(sys|linux|netinet|arpa|net|asm)/[\w/]+\.h$"
    r"|^(errno|fcntl|unistd|poll|signal|spawn|pwd|grp|dirent|termios|netdb|dlfcn|pthread|sched|string|stdlib|stdio|time"
    r"|ifaddrs|limits|malloc|stdint|stddef|pty|utmp|syslog|getopt|ucontext)\.h$")
STANDARD_HEADER = re.compile(r"^[a-z0-9_]+$")
IMPURE_STANDARD_HEADERS = {
    "atomic", "barrier", "chrono", "condition_variable", "csignal", "cstdio", "ctime", "filesystem", "fstream", "future",
    "iostream", "latch", "mutex", "print", "random", "semaphore", "shared_mutex", "stop_token", "syncstream", "thread",
}

# --- Tokens ----------------------------------------------------------------------------------------------------------


class Ban:
    """A pattern that may appear in code (comments and strings apart) only in files that `allowed` matches."""

    def __init__(self, pattern, instead, allowed=None):
        self.pattern = re.compile(pattern)
        self.instead = instead
        self.allowed = re.compile(allowed) if allowed else None


# Before a call of a free function; a declaration (`void sleep(…)`) or a method of that name is none.
CALL = r"(?:^|[;{}()=!&|,?:]|\breturn)\s*(?:std)?(?:::)?"
REAL_PRODUCT_TESTS = r"tests/(e2e|chaos|bench|support)/|.*/testing/|.*_it\.(cc|h)$|examples/"
BANNED_EVERYWHERE = [
    Ban(r"\bsleep_(for|until)\b|\b(usleep|nanosleep|clock_nanosleep)\s*\(|" + CALL + r"sleep\s*\(",
        "wait on a condition, a file descriptor or a deadline",
        # SQLite's busy handler has nothing to wait on; neither has a check that is repeated at intervals.
        r"src/adapters/sqlite/database\.cc$|src/checks/run\.cc$|" + REAL_PRODUCT_TESTS),
    Ban(r"\b(system|steady|high_resolution|file)_clock\b|\bclock_gettime\s*\(|\bgettimeofday\s*\("
        r"|" + CALL + r"time\s*\(\s*(nullptr|NULL|0|&)",
        "ports::Clock, or the Now that came with the input",
        # SQLite calls its busy handler with a deadline and no clock.
        r"src/app/|src/adapters/sqlite/database\.cc$|tests/sim/main\.cc$|" + REAL_PRODUCT_TESTS),
    Ban(r"\b(secure_)?getenv\s*\(|\bsetenv\s*\(|\bputenv\s*\(", "base::Secret, or a value handed in by app",
        r"src/base/secret\.cc$|src/app/|tests/|.*_(test|it)\.cc$|examples/"),
    Ban(CALL + r"system\s*\(|\bpopen\s*\(", "ports::Workload or ports::StepRunner with an argument list",
        r"tests/(e2e|cli)/"),
    Ban(CALL + r"s?rand\s*\(|\brandom_device\b", "ports::Entropy", r"src/app/"),
    Ban(r"\busing\s+namespace\s+std\s*;", "the names you need"),
    Ban(CALL + r"(strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(", "std::string and fmt"),
]
BANNED_IN_PURE = [
    Ban(r"\bstd::(thread|jthread|mutex|shared_mutex|recursive_mutex|atomic\w*|condition_variable|async|future)\b",
        "no threads in a pure folder"),
    Ban(r"\bstd::(cout|cerr|clog|cin|ifstream|ofstream|fstream|filesystem)\b|(?<![\w.>])(fopen|fprintf|printf|puts)\s*\(",
        "no input or output in a pure folder"),
    Ban(r"\bstd::chrono\b", "base/time.h: integers, so that replay gives the same bits"),
    Ban(r"\bmt19937|\bdefault_random_engine\b|\buniform_\w+_distribution\b", "randomness arrives in the input"),
    Ban(r"\bthread_local\b|^\s*(static|inline)\s+(?!const\b|constexpr\b|consteval\b|constinit const\b)[\w:<>,*& ]+?\s(?!operator\b)\w+\s*(=|;|\{[^}]*\}\s*;)",
        "no mutable globals in a pure folder"),
    # clang-format does not indent inside namespaces, so column 0 is namespace scope.
    Ban(r"^(?!const\b|constexpr\b|inline\b|static\b|using\b|typedef\b|struct\b|class\b|enum\b|union\b|extern\b|template\b"
        r"|friend\b|thread_local\b|namespace\b|return\b|public\b|private\b|protected\b|case\b|goto\b|else\b|concept\b|requires\b)"
        r"[A-Za-z_][\w:<>,*& ]*\s[A-Za-z_]\w*\s*(=(?!=)[^(]*;|;|\{[^()]*\};)\s*$",
        "no mutable globals in a pure folder"),
]
BANNED_IN_CORE = [Ban(r"\b(float|double)\b", "integers (base::Ratio, ppm, microseconds): decisions must replay bit for bit")]

# NOLINT(check): reason
NOLINT = re.compile(r"NOLINT\w*")
NOLINT_WITH_REASON = re.compile(r"NOLINT(NEXTLINE|BEGIN)?\([\w\-., ]+\)(:| --) \S|NOLINTEND\([\w\-., ]+\)")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")

# Words that say how the repository came about, or where; it speaks only of the product.
FOREIGN_WORDS = [".." "/shared", "/work" "/", "this " "session", "DEVELOPERS" ".md", "fresh" "-machine"]

# --- Sizes: soft (reported with --soft) and hard (an error) --------------------------------------------------------------

FUNCTION_LINES = (40, 70)
FILE_LINES = {"header": (200, 300), "source": (350, 600), "test": (500, 800)}
PORT_METHODS = (6, 8)
COLUMNS = 100
README_LINES = 40
ERROR_PAGE_LINES = 25
ERROR_PAGE_SECTIONS = ["## Meaning", "## Causes", "## What to do"]
