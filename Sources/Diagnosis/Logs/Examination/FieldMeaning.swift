/// What some fields mean by their names: an outcome, a duration, an identifier.
struct FieldMeaning: Sendable {
    /// What a field is for.
    enum Role: UInt8, Sendable {
        case none
        /// `status`, `result`: text or a number says whether it went well.
        case outcome
        /// `success`, `ok`: true or false.
        case success
        /// `failed`, `affected`: true or false.
        case failure
        /// `error`, `exception`: its presence says that it did not.
        case error
        /// `exit_code`: anything but 0.
        case exitCode
        /// A duration; the unit is in the name, or milliseconds or seconds by its look.
        case seconds, milliseconds, microseconds, nanoseconds, duration
        /// Follows one request or transaction through several lines.
        case correlation
        /// Message, time, level: no attribute of what happened.
        case frame
    }

    /// Hashes of names with their roles, open addressing; a hash of 0 is free.
    private let slots: [(hash: UInt64, role: Role)]

    static let shared = FieldMeaning()

    private init() {
        var roles: [UInt64: Role] = [:]
        func put(_ role: Role, _ names: String) {
            for name in names.split(separator: " ") { roles[StableHash.text(String(name))] = role }
        }
        put(
            .outcome,
            "status result outcome statuscode httpstatus httpstatuscode responsecode responsestatus sc-status code state "
                + "elbstatuscode targetstatuscode disposition")
        put(.success, "success ok succeeded successful passed")
        put(.failure, "failed affected impacted isaffected isimpacted hasfailed isfailed")
        put(
            .error,
            "error err exception errormessage errorcode errorclass errortype exc excinfo failure reason stack stacktrace"
        )
        put(.exitCode, "exitcode exitstatus returncode rc")
        put(
            .seconds,
            "durationseconds seconds elapsedseconds requesttime responsetime upstreamresponsetime durations elapseds timetaken requestprocessingtime targetprocessingtime"
        )
        put(
            .milliseconds,
            "durationms elapsedms latencyms tookms timems ms responsetimems millis durationmillis tookmillis")
        put(.microseconds, "durationus elapsedus latencyus micros durationmicros")
        put(.nanoseconds, "durationns elapsedns nanos latencyns")
        put(.duration, "duration elapsed latency took runtime taken dur")
        put(
            .correlation,
            "requestid reqid traceid spanid correlationid transactionid txid sessionid xrequestid operationid "
                + "conversationid callid messageid jobid orderid id uuid guid seq sequence offset eventid")
        put(
            .frame,
            "message msg log level severity lvl loglevel levelname severitytext priority "
                + "time timestamp ts date datetime asctime logger thread pid tid caller line file host "
                + "hostname v realtimetimestamp sourcerealtimetimestamp monotonictimestamp "
                + "syslogtimestamp cursor "
                + "name stacktrace source func function module process processid threadid threadname @timestamp t"
        )
        var slots = Array(repeating: (hash: UInt64(0), role: Role.none), count: 1024)
        for (hash, role) in roles {
            var at = Int(truncatingIfNeeded: hash >> 32) & 1023
            while slots[at].hash != 0 { at = (at + 1) & 1023 }
            slots[at] = (hash, role)
        }
        self.slots = slots
    }

    /// The role of a key, whatever its case, dashes, dots and underscores.
    @inline(__always)
    func role(of key: LineBytes) -> Role {
        guard key.count <= 40 else { return .none }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { plain in
            guard let base = plain.baseAddress else { return .none }
            var length = 0
            for offset in 0..<key.count {
                let byte = key.base[offset]
                if byte == 0x5F || byte == 0x2D || byte == 0x2E { continue }
                base[length] = byte.lowercased
                length += 1
            }
            let hash = StableHash.bytes(base, length)
            return slots.withUnsafeBufferPointer { slots in
                var at = Int(truncatingIfNeeded: hash >> 32) & 1023
                while slots[at].hash != 0 {
                    if slots[at].hash == hash { return slots[at].role }
                    at = (at + 1) & 1023
                }
                return .none
            }
        }
    }

    /// Whether the value of an outcome says failure (false), success (true) or neither.
    static func outcome(_ role: Role, _ value: LineBytes) -> Bool? {
        switch role {
        case .outcome:
            if value.count == 3, let status = value.number(from: 0) {
                return status >= 500 && status < 600 ? false : status >= 100 && status < 500 ? true : nil
            }
            return words(value)
        case .success: return words(value)
        case .failure:
            switch value.lowercasedText {
            case "yes", "true", "y", "affected", "impacted", "failed": return false
            case "no", "false", "n", "unaffected", "unimpacted", "ok": return true
            default: return nil
            }
        case .error:
            if value.count == 0 || value.lowercasedText == "null" || value.lowercasedText == "none"
                || value.lowercasedText == "false" || value.lowercasedText == "nil"
                || value.lowercasedText == "-"
                || value.lowercasedText == "<nil>" || value.lowercasedText == "0"
            {
                return nil
            }
            return false
        case .exitCode: return value.number(from: 0).map { $0 == 0 }
        default: return nil
        }
    }

    private static func words(_ value: LineBytes) -> Bool? {
        guard value.count > 0, value.count <= 24 else { return nil }
        switch value.lowercasedText {
        case "failed", "failure", "fail", "error", "err", "declined", "rejected", "denied", "timeout",
            "timed_out", "timedout", "ko", "false", "aborted", "unsuccessful", "exception", "dropped", "no",
            "bounced", "nok", "crashed", "affected", "impacted":
            return false
        case "ok", "success", "succeeded", "successful", "completed", "complete", "approved", "accepted",
            "true", "done", "passed", "pass", "delivered", "sent", "yes", "finished", "settled", "captured",
            "unaffected", "unimpacted":
            return true
        default: return nil
        }
    }

    /// The microseconds that a duration's value says.
    static func microseconds(_ role: Role, _ value: LineBytes) -> Double? {
        guard let (number, end) = Decimal.read(value, at: 0) else { return nil }
        if end < value.count { return DurationText.scale(value, unitAt: end).map { number * $0 } }
        switch role {
        case .seconds: return number * 1e6
        case .milliseconds: return number * 1e3
        case .microseconds: return number
        case .nanoseconds: return number / 1e3
        // A fraction is usually of seconds, a whole number of milliseconds.
        case .duration:
            return value.offset(of: 0x2E, from: 0, to: value.count) >= 0 ? number * 1e6 : number * 1e3
        default: return nil
        }
    }
}

/// Decimal numbers in bytes.
enum Decimal {
    /// A number such as `12.5` at `start`, and where it ends.
    @inline(__always)
    static func read(_ line: LineBytes, at start: Int) -> (Double, Int)? {
        var at = start
        var value = 0.0
        while line[at].isDigit, at - start < 18 {
            value = value * 10 + Double(line[at] & 15)
            at += 1
        }
        guard at > start, !line[at].isDigit else { return nil }
        if line[at] == 0x2E, line[at + 1].isDigit {
            at += 1
            var scale = 0.1
            while line[at].isDigit {
                value += Double(line[at] & 15) * scale
                scale /= 10
                at += 1
            }
        }
        return (value, at)
    }
}

/// Durations with a unit inside text: `took 3012 ms`, `in 2.5s`.
enum DurationText {
    /// The first duration of a message, in microseconds.
    @inline(__always)
    static func first(in line: LineBytes) -> Double? {
        var at = 0
        while at < line.count {
            let byte = line.base[at]
            guard byte.isDigit else {
                at += 1
                continue
            }
            if at > 0 {
                let before = line.base[at - 1]
                if before.isWord || before == 0x2E || before == 0x2D || before == 0x3A || before == 0x2F {
                    while line[at].isWord || line[at] == 0x2E || line[at] == 0x2D || line[at] == 0x3A {
                        at += 1
                    }
                    continue
                }
            }
            guard let (number, end) = Decimal.read(line, at: at) else {
                while line[at].isDigit { at += 1 }
                continue
            }
            if let scale = scale(line, unitAt: end) { return number * scale }
            at = max(end, at + 1)
            while line[at].isWord { at += 1 }
        }
        return nil
    }

    /// How many microseconds the unit at `start` is, a blank before it or none.
    static func scale(_ line: LineBytes, unitAt start: Int) -> Double? {
        var at = start
        if line[at] == 0x20 { at += 1 }
        var end = at
        while line[end].isLetter { end += 1 }
        guard end > at, end - at <= 12, !line[end].isDigit, line[end] != UInt8(ascii: "/") else { return nil }
        // The letters of a short unit as one number, the first in the lowest byte.
        guard end - at <= 8 else { return longScale(line.slice(at, end)) }
        var letters: UInt64 = 0
        for offset in at..<end { letters |= UInt64(line[offset]) << UInt64((offset - at) * 8) }
        switch letters {
        // ms msec msecs millis
        case 0x736D, 0x6365_736D, 0x73_6365_736D, 0x7369_6C6C_696D: return 1e3
        // s sec secs second seconds
        case 0x73, 0x63_6573, 0x7363_6573, 0x646E_6F63_6573, 0x73_646E_6F63_6573: return 1e6
        // us µs usec micros
        case 0x7375, 0x73_B5C2, 0x6365_7375, 0x736F_7263_696D: return 1
        // ns
        case 0x736E: return 1e-3
        default: return nil
        }
    }

    private static func longScale(_ unit: LineBytes) -> Double? {
        if unit.begins("millisecond") { return 1e3 }
        if unit.begins("microsecond") { return 1 }
        return unit.begins("nanosecond") ? 1e-3 : nil
    }
}

extension LineBytes {
    /// The text in small letters, for short values.
    var lowercasedText: String {
        var bytes: [UInt8] = []
        for offset in 0..<min(count, 64) { bytes.append(self[offset].lowercased) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
