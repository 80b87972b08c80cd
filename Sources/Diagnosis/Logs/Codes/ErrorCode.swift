/// Finds the codes by which programs name errors: `ORA-00942`, `E4012`, `ECONNREFUSED`, `ERR_TIMED_OUT`,
/// `0x80070005`, and what stands behind `error_code=`, `SQLSTATE` and the like.
///
/// It is a matter of shape and place alone; no list of a product's codes is known here.
public enum ErrorCode {
    /// The codes of a text, in order, each once.
    public static func codes(in text: String) -> [String] {
        var text = text
        return text.withUTF8 { buffer in
            guard let base = buffer.baseAddress else { return [] }
            var found: [String] = []
            each(in: LineBytes(base: base, count: buffer.count)) { code in
                if !found.contains(code) { found.append(code) }
            }
            return found
        }
    }

    /// The first code of a line.
    static func first(in line: LineBytes) -> String? {
        var found: String?
        each(in: line) { if found == nil { found = $0 } }
        return found
    }

    /// No line names more of them than so many.
    private static let most = 16
    /// No more bytes of a line are looked at.
    private static let width = 4096

    /// Calls `body` with each code of a line.
    static func each(in line: LineBytes, _ body: (String) -> Void) {
        let end = min(line.count, width)
        var (at, count) = (0, 0)
        // What a word like `errno` says of the word behind it.
        var isNamed = false
        var before = (start: 0, end: 0)
        while at < end, count < most {
            guard isPart(line[at]) else {
                // Between a name and its value stands one of these, in logs, JSON and sentences.
                if isNamed, !isLink(line[at]) { isNamed = false }
                at += 1
                continue
            }
            let start = at
            while at < end, isPart(line[at]) { at += 1 }
            var stop = at
            while stop > start, line[stop - 1] == UInt8(ascii: "-") || line[stop - 1] == UInt8(ascii: ".") {
                stop -= 1
            }
            let word = line.slice(start, stop)
            if isNamed && isValue(word) || isAlone(line, start, at) && isShaped(word) {
                body(word.text)
                count += 1
                isNamed = false
            } else {
                isNamed = names(word, behind: line.slice(before.start, before.end))
            }
            before = (start, stop)
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isLink(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: " "),
            UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "#"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    /// Whether nothing stands at a word's sides that makes it a part of an address or a path.
    private static func isAlone(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        func joins(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "%")
                || byte == UInt8(ascii: "\\") || byte >= 0x80
        }
        if start > 0, joins(line[start - 1]) { return false }
        return end >= line.count || !joins(line[end])
    }

    /// Whether the word behind this one is a code, whatever it looks like.
    private static func names(_ word: LineBytes, behind other: LineBytes) -> Bool {
        guard (4...20).contains(word.count) else { return false }
        let name = String(
            decoding: word.lowercasedBytes.map { $0 == 0x2D || $0 == 0x2E ? 0x5F : $0 }, as: UTF8.self)
        if nameWords.contains(name) { return true }
        guard name == "code" || name == "number" || name == "no" else { return false }
        let before = String(decoding: other.lowercasedBytes, as: UTF8.self)
        return before == "error" || before == "err" || before == "fault" || before == "failure"
    }

    private static let nameWords: Set<String> = [
        "errno", "error_code", "errorcode", "err_code", "errcode", "error_number", "error_no", "sqlstate",
        "sqlcode", "fault_code", "faultcode", "failure_code", "reason_code", "reasoncode",
        "decline_code", "vendor_code", "native_error",
    ]

    /// Whether a word can be a code where something says that it is one.
    private static func isValue(_ word: LineBytes) -> Bool {
        guard (2...40).contains(word.count) else { return false }
        var (digits, letters) = (0, 0)
        for offset in 0..<word.count {
            if word[offset].isDigit { digits += 1 } else if word[offset].isLetter { letters += 1 }
        }
        if letters == 0 { return digits >= 2 && digits == word.count && !isZero(word) }
        let name = String(decoding: word.lowercasedBytes, as: UTF8.self)
        // In a sentence an ordinary word may follow: “error code for order 12”.
        return digits > 0 || word.offset(of: UInt8(ascii: "_"), from: 0, to: word.count) >= 0
            ? !none.contains(name) : false
    }

    private static let none: Set<String> = ["null", "none", "nil", "unknown", "success", "ok"]

    private static func isZero(_ word: LineBytes) -> Bool {
        for offset in 0..<word.count where word[offset] != UInt8(ascii: "0") { return false }
        return true
    }

    /// Whether a word has the shape of a code.
    private static func isShaped(_ word: LineBytes) -> Bool {
        guard (4...40).contains(word.count) else { return false }
        return isNumbered(word) || isErrorName(word) || isStatusNumber(word)
    }

    /// `ORA-00942`, `PAY_1043`, `E4012`, `TS2345`.
    private static func isNumbered(_ word: LineBytes) -> Bool {
        var at = 0
        while word[at].isLetter, word[at] < 0x60 { at += 1 }
        let letters = at
        guard (1...10).contains(letters) else { return false }
        let isJoined = word[at] == UInt8(ascii: "-") || word[at] == UInt8(ascii: "_")
        if isJoined { at += 1 }
        let first = at
        while at < word.count, word[at].isDigit { at += 1 }
        // A letter may end it: `ORA-00942E`, `DSNT408I`.
        if at == word.count - 1, word[at].isLetter, word[at] < 0x60 { at += 1 }
        let digits = at - first
        guard at == word.count,
            isJoined ? letters >= 2 && (2...7).contains(digits) : letters <= 4 && (3...6).contains(digits)
        else { return false }
        return !things.contains(
            String(decoding: UnsafeBufferPointer(start: word.base, count: letters), as: UTF8.self))
    }

    /// What is numbered likewise and is no error: standards, and parts of a system.
    private static let things: Set<String> = [
        "UTF", "ISO", "SHA", "AES", "RSA", "RFC", "TLS", "SSL", "CVE", "CWE", "HTTP", "GMT", "UTC", "UCS",
        "CP",
        "WORKER", "NODE", "HOST", "THREAD", "POOL", "SHARD", "RACK", "ZONE", "POD", "JOB", "TASK", "ORDER",
        "CASE", "TICKET", "REQ", "REQUEST", "SERVER", "DISK", "PORT", "PID", "TID", "ID", "NO", "LINE",
        "BUILD",
        "VERSION", "REV", "V", "Q", "Y", "FY", "SKU", "INV", "CPU", "GPU", "EU", "US", "AP", "T", "W", "H",
        "ECDSA",
        "CHACHA", "POLY", "SM", "DES", "RC", "MD", "BASE", "IEEE", "IP", "IPV", "X", "P", "ROOM", "USER",
    ]

    /// `ECONNREFUSED`, `ERR_TIMED_OUT`, `EPERM`.
    private static func isErrorName(_ word: LineBytes) -> Bool {
        for offset in 0..<word.count {
            let byte = word[offset]
            guard byte == UInt8(ascii: "_") || byte.isDigit || (byte.isLetter && byte < 0x60) else {
                return false
            }
        }
        if word.count >= 7, word.offset(of: "ERR_") == 0 { return true }
        return word.count <= 15 && word[0] == UInt8(ascii: "E") && errors.contains(word.text)
    }

    /// The names of POSIX.
    private static let errors: Set<String> = [
        "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAGAIN", "EALREADY", "EBADF", "EBADMSG", "EBUSY",
        "ECANCELED",
        "ECHILD", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDEADLK", "EDESTADDRREQ", "EDOM", "EDQUOT",
        "EEXIST", "EFAULT", "EFBIG", "EHOSTDOWN", "EHOSTUNREACH", "EIDRM", "EILSEQ", "EINPROGRESS", "EINTR",
        "EINVAL", "EIO", "EISCONN", "EISDIR", "ELOOP", "EMFILE", "EMLINK", "EMSGSIZE", "ENAMETOOLONG",
        "ENETDOWN",
        "ENETRESET", "ENETUNREACH", "ENFILE", "ENOBUFS", "ENODATA", "ENODEV", "ENOENT", "ENOEXEC", "ENOLCK",
        "ENOMEM", "ENOSPC", "ENOSYS", "ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENOTFOUND", "ENOTSOCK", "ENOTSUP",
        "ENOTTY", "ENXIO", "EOPNOTSUPP", "EOVERFLOW", "EPERM", "EPIPE", "EPROTO", "ERANGE", "EROFS", "ESPIPE",
        "ESRCH", "ESTALE", "ETIMEDOUT", "ETXTBSY", "EWOULDBLOCK", "EXDEV", "EAI_AGAIN", "EAI_NONAME",
    ]

    /// `0x80070005`, `0xC0000005`: results of Windows that say failure.
    private static func isStatusNumber(_ word: LineBytes) -> Bool {
        guard word.count == 10, word[0] == UInt8(ascii: "0"), word[1] | 0x20 == UInt8(ascii: "x") else {
            return false
        }
        let lead = word[2] | 0x20
        guard lead == UInt8(ascii: "8") || lead == UInt8(ascii: "c") else { return false }
        for offset in 3..<10 {
            let byte = word[offset] | 0x20
            guard word[offset].isDigit || (0x61...0x66).contains(byte) else { return false }
        }
        // Numbers like 0x80000000 are bounds.
        var isBound = true
        for offset in 4..<10 where word[offset] != UInt8(ascii: "0") { isBound = false }
        return word[3] == UInt8(ascii: "0") && !isBound
    }
}
