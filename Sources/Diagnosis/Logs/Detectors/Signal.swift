/// Kinds of trouble that programs of any make name with the same words.
enum Signal: String, CaseIterable, Sendable {
    case oomKill = "oom-kill"
    case disk
    case memory
    case fileHandles = "file-handles"
    case connections
    case threads
    case crash
    case data
    case deadlock
    case tls
    case timeout
    case connectivity
    case rateLimit = "rate-limit"
    case authentication
    case permission
    case retry

    /// What is said of it: what it is called, how grave it is, what leads to it, and the next test.
    struct Meaning: Sendable {
        var name: String
        var severity: Finding.Severity
        /// So many lines at the least, where none is at error level.
        var least: Int
        var why: String
        var nextTest: String
    }

    /// Whether a program may write it as it dies, past its own log.
    var isLastWord: Bool {
        switch self {
        case .oomKill, .memory, .crash, .threads, .fileHandles, .disk: true
        default: false
        }
    }

    /// Words that name it whatever the level of the line; a blank at the end asks for the word's end there.
    var phrases: [StaticString] {
        switch self {
        case .oomKill:
            [
                "oom-kill", "oom killer", "oom_kill", "oomkilled", "oom-killed", "killed process",
                "memory cgroup out of memory", "out of memory: kill",
            ]
        case .disk:
            [
                "no space left", "disk full", "disk is full", "enospc", "disk quota exceeded",
                "insufficient disk",
                "low disk space", "file system is full", "filesystem full", "could not extend file",
                "not enough disk", "out of disk space", "not enough space", "disk space exhausted",
            ]
        case .memory:
            [
                "out of memory", "outofmemory", "cannot allocate memory", "can't allocate memory",
                "java heap space",
                "gc overhead limit", "memory exhausted", "enomem", "memory allocation failed",
                "failed to allocate memory", "std::bad_alloc", "memoryerror", "allocated memory limit",
                "allowed memory size",
            ]
        case .fileHandles:
            [
                "too many open files", "emfile", "enfile", "out of file descriptors", "file table overflow",
                "file descriptors exhausted", "no file descriptors",
            ]
        case .connections:
            [
                "too many connections", "too many clients", "pool exhausted", "pool is exhausted",
                "exhausted connection", "connection is not available", "remaining connection slots",
                "unable to acquire connection", "could not get a connection", "unable to get a connection",
                "could not acquire connection", "could not acquire a connection",
                "failed to acquire connection",
                "failed to acquire a connection", "cannot acquire connection",
                "no available connection", "worker_connections are not enough", "connection limit exceeded",
                "connection limit reached", "pool is full", "max_connections reached", "too many sessions",
            ]
        case .threads:
            [
                "unable to create new native thread", "unable to create native thread", "rejectedexecution",
                "thread pool exhausted", "threads exhausted", "thread starvation", "can't start new thread",
                "cannot start new thread", "cannot create thread", "blocked for more than",
                "server reached max",
                "server reached pm.max_children", "all workers busy", "no more threads", "threads are busy",
            ]
        case .crash:
            [
                "segmentation fault", "segfault", "core dumped", "kernel panic", "sigsegv", "sigabrt",
                "sigbus",
                "stack overflow", "stackoverflowerror", "double free", "heap corruption", "crashloopbackoff",
                "back-off restarting failed", "terminated unexpectedly", "exited unexpectedly",
                "unexpectedly exited", "died unexpectedly", "crashed ", "fatal signal",
                "general protection fault",
                "access violation", "watchdog timeout", "soft lockup", "hard lockup",
            ]
        case .data:
            [
                "corrupt", "checksum mismatch", "checksum error", "crc error", "i/o error",
                "input/output error",
                "data loss", "bad sector", "medium error", "uncorrectable", "inconsistent state",
                "invalid page", "parity error", "ecc error",
            ]
        case .deadlock:
            [
                "deadlock", "lock wait timeout exceeded", "lock timeout", "could not obtain lock",
                "could not serialize access", "lock wait time", "serialization failure",
            ]
        case .tls:
            [
                "certificate has expired", "certificate expired", "expired certificate",
                "certificate verify failed",
                "certificate verification", "self signed certificate", "self-signed certificate",
                "handshake failure", "handshake failed", "handshake error", "sslhandshakeexception",
                "ssl_error",
                "ssl error", "tls error", "sslerror", "bad certificate", "unknown ca ", "certificate unknown",
                "unable to find valid certification path", "x509: ", "bad_certificate", "hostname mismatch",
                "unable to get local issuer", "wrong version number", "no shared cipher",
                "certificate is not valid",
            ]
        case .timeout:
            [
                "timed out", "timed-out", "timeout expired", "timeout exceeded", "timeout while",
                "timeout waiting",
                "timeout reached", "request timeout", "read timeout", "connect timeout", "connection timeout",
                "gateway timeout", "gateway time-out", "deadline exceeded", "deadline has elapsed",
                "timeoutexception", "timeouterror", "sockettimeout", "etimedout", "timeout after",
                "statement timeout", "took too long", "not responding", "no response from",
                "session timeout on",
            ]
        case .connectivity:
            [
                "connection refused", "econnrefused", "connection reset", "econnreset", "broken pipe",
                "epipe ",
                "no route to host", "network is unreachable", "host unreachable", "host is unreachable",
                "connection lost", "lost connection", "connection aborted", "connection broken",
                "cannot open channel", "retrying connect to", "could not connect",
                "unable to connect",
                "failed to connect", "cannot connect", "failed to establish", "name or service not known",
                "temporary failure in name resolution", "no such host", "enotfound", "unknownhost",
                "could not resolve", "prematurely closed", "no live upstreams", "bad gateway",
                "service unavailable", "circuit breaker is open", "circuitbreaker is open", "circuit open",
                "connectexception", "connection closed unexpectedly", "unexpected eof", "link is down",
                "link down",
                "node unreachable", "servfail", "nxdomain", "host not found",
            ]
        case .rateLimit:
            [
                "rate limit", "rate-limit", "ratelimit", "too many requests", "throttled", "throttling",
                "quota exceeded", "limit exceeded for", "request limit", "slow down ",
            ]
        case .authentication:
            [
                "authentication failure", "authentication failed", "authentication error", "auth failed",
                "invalid credentials", "invalid password", "failed password", "wrong password",
                "bad password",
                "incorrect password", "login failed", "failed login", "login failure", "logon failure",
                "invalid token", "token expired", "token has expired", "expired token", "jwt expired",
                "invalid user", "unauthorized", "not authorized", "unauthenticated", "invalid signature",
                "badcredentials", "invalid api key", "password check failed", "illegal user",
                "could not authenticate", "failed to authenticate",
            ]
        case .permission:
            [
                "permission denied", "operation not permitted", "eacces", "accessdenied", "access denied",
                "access is denied", "forbidden ", "insufficient privilege", "insufficient permission",
                "read-only file system",
            ]
        case .retry:
            [
                "retrying", "will retry", "retry attempt", "retries exhausted", "retry exhausted",
                "max retries exceeded", "maximum retries", "giving up after", "retry limit", "backing off",
                "reconnecting", "trying again", "retry in ", "retry #", "attempt failed",
            ]
        }
    }

    var meaning: Meaning {
        switch self {
        case .oomKill:
            Meaning(
                name: "Processes are killed for want of memory", severity: .critical, least: 1,
                why:
                    "The kernel or the container runtime ends a process that wants more memory than there is.",
                nextTest:
                    "Compare the memory limit with what the process used before it was killed; look for growth since its start."
            )
        case .disk:
            Meaning(
                name: "A disk is full", severity: .critical, least: 1,
                why: "Writes fail, and what depends on them fails after them.",
                nextTest:
                    "Run df -h and df -i on the host that wrote the line, then du on the largest folder; look at log rotation."
            )
        case .memory:
            Meaning(
                name: "Memory runs out", severity: .high, least: 1,
                why: "An allocation failed.",
                nextTest:
                    "Look at the memory use of the process over time; take a heap dump before the next restart."
            )
        case .fileHandles:
            Meaning(
                name: "File handles run out", severity: .high, least: 1,
                why: "The process reached its limit of open files and sockets.",
                nextTest:
                    "Count /proc/PID/fd by kind and compare with ulimit -n; sockets in CLOSE_WAIT point to a leak."
            )
        case .connections:
            Meaning(
                name: "Connections run out", severity: .high, least: 1,
                why: "A pool or a server has no connection left to give.",
                nextTest:
                    "Look at who holds connections and for how long, on both sides; compare the pool's size with the server's limit."
            )
        case .threads:
            Meaning(
                name: "Threads or workers run out", severity: .high, least: 1,
                why: "Nothing is left that could take further work.",
                nextTest: "Take a thread dump while it lasts, and see what most threads wait for.")
        case .crash:
            Meaning(
                name: "A process crashes", severity: .high, least: 1,
                why: "A program or a machine ended without being asked to.",
                nextTest:
                    "Find the core dump or the crash report of that moment, and what was deployed before the first one."
            )
        case .data:
            Meaning(
                name: "Data are damaged, or a device fails", severity: .high, least: 1,
                why: "Something read is not what was written.",
                nextTest:
                    "Check the device (smartctl, dmesg) and compare with a copy before anything writes over it."
            )
        case .deadlock:
            Meaning(
                name: "Transactions wait for each other", severity: .high, least: 1,
                why: "Locks are taken in different orders, or held too long.",
                nextTest:
                    "Look for the two statements that the database names, and the order in which they take rows."
            )
        case .tls:
            Meaning(
                name: "TLS connections fail", severity: .high, least: 1,
                why: "A certificate, its chain or the protocol is refused.",
                nextTest:
                    "Run openssl s_client -connect HOST:PORT -servername HOST and look at dates, chain and names."
            )
        case .timeout:
            Meaning(
                name: "Something answers too late", severity: .medium, least: 3,
                why: "Calls were given up before an answer came.",
                nextTest:
                    "See which one address or operation they share, and compare its answer times before and after the first line."
            )
        case .connectivity:
            Meaning(
                name: "Something cannot be reached", severity: .medium, least: 3,
                why: "Connections are refused, cut or never made.",
                nextTest:
                    "Try the same address and port from the same host; look whether the other side was restarted at that time."
            )
        case .rateLimit:
            Meaning(
                name: "Requests are limited", severity: .medium, least: 2,
                why: "More was asked than a limit allows.",
                nextTest: "See who sends most, compare with the limit, and whether Retry-After is respected.")
        case .authentication:
            Meaning(
                name: "Sign-ins fail", severity: .medium, least: 5,
                why: "Credentials are refused.",
                nextTest:
                    "See whether it is one account, one address or everybody: a changed secret, an attack, or the identity provider."
            )
        case .permission:
            Meaning(
                name: "Access is denied", severity: .medium, least: 3,
                why: "Somebody may not do what they try.",
                nextTest: "Compare owner, mode and role of what is refused with before the first line.")
        case .retry:
            Meaning(
                name: "The same is tried again and again", severity: .medium, least: 20,
                why: "Attempts fail and are repeated, which adds load to what already fails.",
                nextTest: "Find the first failure that is retried; check that waits grow and have a limit.")
        }
    }

    /// The trouble that the constant words of a message name, and the words that say so.
    static func find(in text: [UInt8], level: LogLevel?) -> (Signal, String)? {
        text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let line = LineBytes(base: base, count: buffer.count)
            for signal in allCases {
                for phrase in signal.phrases {
                    guard let at = Words.place(of: phrase, in: line), !Words.isDenied(line, at, phrase) else {
                        continue
                    }
                    return (signal, line.slice(at, at + Words.length(phrase)).text)
                }
            }
            if let level, level >= .warning, let at = Words.place(of: "timeout", in: line) {
                return (.timeout, line.slice(at, at + 7).text)
            }
            return nil
        }
    }
}

/// Words and short phrases in text of small letters.
enum Words {
    /// The length of a phrase without the blank that asks for a word's end.
    static func length(_ phrase: StaticString) -> Int {
        let length = phrase.utf8CodeUnitCount
        return phrase.utf8Start[length - 1] == 0x20 ? length - 1 : length
    }

    /// The first place of a phrase that begins with a word; nil where it does not stand there.
    static func place(of phrase: StaticString, in line: LineBytes) -> Int? {
        let length = length(phrase)
        let endsWord = length < phrase.utf8CodeUnitCount
        let first = phrase.utf8Start[0]
        guard line.count >= length else { return nil }
        var at = 0
        search: while let found = ByteSearch.first(first, in: line, from: at) {
            at = found + 1
            guard found + length <= line.count else { return nil }
            for offset in 1..<length where line.base[found + offset] != phrase.utf8Start[offset] {
                continue search
            }
            // Names in one word, as of exceptions, may begin anywhere.
            if found > 0, line.base[found - 1].isAlphanumeric, length < 8 { continue }
            if endsWord, line[found + length].isAlphanumeric { continue }
            return found
        }
        return nil
    }

    /// Whether words around a phrase say that it did not happen, or that it is a setting.
    static func isDenied(_ line: LineBytes, _ at: Int, _ phrase: StaticString) -> Bool {
        var end = at + length(phrase)
        while line[end].isLetter { end += 1 }
        let next = line.slice(min(end, line.count), line.count)
        if next.begins("=") || next.begins(" = ") || next.begins(" set to") || next.begins(" is set")
            || next.begins(" configured") || next.begins(" threshold") || next.begins(": 0")
            || next.begins(" limit set")
            || next.begins(" policy") || next.begins(" handler") || next.begins(" interval")
            || next.begins(": false")
            || next.begins("_") || next.begins(" enabled") || next.begins(" disabled")
            || next.begins(" killer disabled")
            || next.begins(" corrected") || next.begins(" was corrected")
            || next.begins(" recovered") || next.begins(" detection") || next.begins(" detector")
            || next.begins(" prevention")
        {
            return true
        }
        // Denials stand up to three words before it, conditions up to five.
        var start = at
        for distance in 0..<5 {
            while start > 0, line[start - 1].isBlank { start -= 1 }
            let wordEnd = start
            while start > 0, !line[start - 1].isBlank { start -= 1 }
            switch line.slice(start, wordEnd).text {
            case "if", "might", "would", "unless", "whether", "until": return true
            case "no", "not", "without", "never", "0", "avoid", "prevent", "prevents", "zero", "didn't",
                "handle",
                "handles", "avoiding", "preventing":
                if distance < 3 { return true }
            default: continue
            }
        }
        return false
    }

    /// Whether a message without a level tells of trouble.
    static func isTrouble(_ line: LineBytes) -> Bool {
        for phrase in [
            "error ", "errors ", "failed", "failure", "fatal", "exception", "panic", "cannot ", "could not",
            "unable to",
            "abort", "crash", "refused", "denied",
        ] as [StaticString] {
            if let at = place(of: phrase, in: line), !isDenied(line, at, phrase), !isCount(line, at) {
                return true
            }
        }
        return false
    }

    /// `0 errors`, `errors: <*>`, `failed=<*>`: a number of them, not one of them.
    private static func isCount(_ line: LineBytes, _ at: Int) -> Bool {
        var end = at
        while line[end].isLetter { end += 1 }
        let next = line.slice(min(end, line.count), line.count)
        if next.begins("=<*>") || next.begins(": <*>,") || next.begins(" <*>,") || next.begins(" count")
            || next.begins(" rate")
        {
            return true
        }
        return at >= 4 && line.slice(0, at).trimmed.ends("<*>") && next.begins(",")
    }
}
