/// Starts of a program that ran already, and changes of the version that it names.
enum LifeDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        [versions(evidence), restarts(evidence)].compactMap { $0 }
    }

    // MARK: Versions

    /// A version with the line that names it.
    private struct Sighting {
        var version: String
        var note: LineNotes.Note
    }

    private static func versions(_ evidence: LogEvidence) -> Finding? {
        var changes: [(from: Sighting, to: Sighting, pattern: Int)] = []
        for (place, notes) in notes(evidence) {
            var last: Sighting?
            var seen: Set<String> = []
            var own: [(from: Sighting, to: Sighting, pattern: Int)] = []
            for note in notes {
                guard let version = version(in: note.text) else { continue }
                let sighting = Sighting(version: version, note: note)
                if let before = last, before.version != version {
                    own.append((before, sighting, place))
                }
                seen.insert(version)
                last = sighting
            }
            // Clients of many versions take turns; a program changes its own once or twice.
            if own.count <= 3, seen.count == own.count + 1 { changes += own }
        }
        guard let first = changes.min(by: { $0.to.note.line < $1.to.note.line }),
            let before = evidence.cite(
                first.from.note.line, says: first.from.version, at: first.from.note.time),
            let after = evidence.cite(first.to.note.line, says: first.to.version, at: first.to.note.time)
        else { return nil }
        return Finding(
            kind: "log.version-change",
            title: "The version changes from \(first.from.version) to \(first.to.version)"
                + (first.to.note.time.map { " at \(Phrase.time($0))" } ?? ""),
            severity: .low, confidence: 0.85,
            why:
                "The same message names one version first and another later: “\(Phrase.clip(first.to.note.text, 100))”.",
            nextTest: "Compare when errors begin with this time; read the changes between the two versions.",
            times: first.to.note.time.map { $0...$0 }, count: changes.count,
            subjects: [evidence.patterns[first.pattern].id], citations: [before, after],
            details: JSONObject(members: [
                ("from", .string(first.from.version)), ("to", .string(first.to.version)),
            ]))
    }

    private static func notes(_ evidence: LogEvidence) -> [(place: Int, notes: [LineNotes.Note])] {
        var result: [Int: [LineNotes.Note]] = [:]
        for (shape, notes) in evidence.digest.notes.notes {
            guard let place = evidence.templates.template(ofPattern: Int(shape)) else { continue }
            result[place, default: []] += notes
        }
        return result.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted { $0.line < $1.line }) }
    }

    /// The number behind `version`, `release` or `v`.
    static func version(in text: String) -> String? {
        let lowered = String(decoding: text.utf8.map(\.lowercased), as: UTF8.self)
        return text.withLineBytes { line -> String? in
            let place = lowered.withLineBytes { lowered -> Int? in
                for word in ["version", "release", "build"] as [StaticString] {
                    if let at = Words.place(of: word, in: lowered) { return at + word.utf8CodeUnitCount }
                }
                // A "v" before a digit: "app v2.3.1 starting".
                var at = 0
                while let found = ByteSearch.first(UInt8(ascii: "v"), in: lowered, from: at) {
                    if lowered[found + 1].isDigit, found == 0 || !lowered.base[found - 1].isWord {
                        return found
                    }
                    at = found + 1
                }
                return nil
            }
            guard var at = place else { return nil }
            let reach = min(line.count, at + 16)
            while at < reach, !line.base[at].isDigit { at += 1 }
            guard line[at].isDigit else { return nil }
            var end = at
            while line[end].isAlphanumeric || line[end] == UInt8(ascii: ".") || line[end] == UInt8(ascii: "-")
                || line[end] == UInt8(ascii: "+") || line[end] == UInt8(ascii: "_")
            {
                end += 1
            }
            while end > at, !line.base[end - 1].isAlphanumeric { end -= 1 }
            let version = line.slice(at, end)
            guard version.count >= 3, version.count <= 40,
                version.offset(of: 0x2E, from: 0, to: version.count) > 0
            else {
                return nil
            }
            return version.text
        }
    }

    // MARK: Restarts

    private static let starts: [StaticString] = [
        "application started", "server started", "service started", "server startup", "application startup",
        "started application", "listening on", "starting up", "ready for connections",
        "ready to accept connections",
        "linux version", "booting", "start worker processes", "resuming normal operations", "now listening",
        "starting application", "starting server", "starting service", "server is ready",
        "application is running",
        "startup complete", "initialization complete", "boot: ", "starting main loop",
        "database system is starting",
    ]
    private static let stops: [StaticString] = [
        "shutting down", "shutdown", "stopping", "shut down", "terminating", "received sigterm", "graceful",
        "exiting",
        "halted", "stopped",
    ]

    private static func restarts(_ evidence: LogEvidence) -> Finding? {
        var starts: [(place: Int, notes: [LineNotes.Note])] = []
        var stops: [LineNotes.Note] = []
        for (place, notes) in notes(evidence) {
            let pattern = evidence.patterns[place]
            if contains(pattern.words, Self.stops) {
                stops += notes
            } else if contains(pattern.words, Self.starts), notes.count < LineNotes.perPattern {
                starts.append((place, notes))
            }
        }
        // Of several lines of one start the earliest counts; lines within half a minute are one start.
        guard
            let lead = starts.filter({ distinct($0.notes).count >= 2 }).min(by: {
                $0.notes[0].line < $1.notes[0].line
            })
        else { return nil }
        let events = distinct(lead.notes)
        let again = events.dropFirst()
        let lines = stops.map(\.line).sorted()
        let unclean = zip(events, again).filter { before, after in
            !lines.contains { $0 > before.line && $0 < after.line }
        }
        let citations = again.prefix(4).compactMap {
            evidence.cite($0.line, pattern: evidence.patterns[lead.place].id, at: $0.time)
        }
        guard !citations.isEmpty else { return nil }
        let often = again.count >= 3
        var why = "“\(Phrase.clip(evidence.patterns[lead.place].text, 90))” is written \(events.count) times."
        why +=
            unclean.isEmpty
            ? " Each time a shutdown was announced before."
            : " \(unclean.count == again.count ? "No" : "Not every") shutdown was announced before\(unclean.count == again.count ? " any of them" : ""), so it may have crashed or been killed."
        return Finding(
            kind: "log.restart",
            title: "It is started again \(again.count == 1 ? "once" : "\(again.count) times")"
                + (again.first?.time.map { ", first at \(Phrase.time($0))" } ?? ""),
            severity: unclean.isEmpty ? .info : often ? .high : .medium, confidence: 0.75, why: why,
            nextTest:
                "Read the last lines before each start; look for kills (dmesg, container events) at those times.",
            times: again.compactMap(\.time).min().flatMap { first in
                again.compactMap(\.time).max().map { first...$0 }
            },
            count: again.count, subjects: [evidence.patterns[lead.place].id], citations: citations,
            details: JSONObject(members: [
                ("restarts", .init(integerLiteral: Int64(again.count))),
                ("unannounced", .init(integerLiteral: Int64(unclean.count))),
            ]))
    }

    private static func distinct(_ notes: [LineNotes.Note]) -> [LineNotes.Note] {
        var result: [LineNotes.Note] = []
        for note in notes {
            if let last = result.last {
                if let time = note.time, let before = last.time {
                    if time - before < 30_000_000 { continue }
                } else if note.line - last.line < 20 {
                    continue
                }
            }
            result.append(note)
        }
        return result
    }

    private static func contains(_ words: [UInt8], _ phrases: [StaticString]) -> Bool {
        words.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            let line = LineBytes(base: base, count: buffer.count)
            return phrases.contains { Words.place(of: $0, in: line) != nil }
        }
    }
}

/// What the log itself lacks, so that the next diagnosis is easier.
enum LoggingGapDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        [uncorrelated(evidence), levels(evidence)].compactMap { $0 }
    }

    /// Error lines without the identifier that other lines have.
    private static func uncorrelated(_ evidence: LogEvidence) -> Finding? {
        for (index, source) in evidence.digest.sources.enumerated() where source.role == .subject {
            let withID = Double(source.correlated.all)
            guard source.structured >= 200, withID > 0.5 * Double(source.structured), source.errors >= 10,
                Double(source.correlated.errors) < 0.5 * Double(source.errors)
            else { continue }
            let first = evidence.patterns.filter {
                ($0.worst ?? .info) >= .error
                    && evidence.digest.place(of: $0.subject.firstLine)?.source == index
            }
            .min { $0.subject.firstLine < $1.subject.firstLine }
            guard let first, let citation = evidence.cite(first.subject.firstLine, pattern: first.id) else {
                continue
            }
            return Finding(
                kind: "log.gap-correlation", title: "Errors lack the identifier that other lines have",
                severity: .info, confidence: 0.8,
                why:
                    "\(Phrase.percent(withID / Double(source.structured))) of structured lines carry an identifier of their request, but only \(source.correlated.errors) of \(source.errors) errors.",
                nextTest: "Ask for the request's identifier in error messages, so that they can be followed.",
                count: source.errors - source.correlated.errors, citations: [citation])
        }
        return nil
    }

    /// One message at several levels.
    private static func levels(_ evidence: LogEvidence) -> Finding? {
        let found = evidence.patterns.indices.filter { place in
            let levels = evidence.patterns[place].subject.levels
            return levels.6 >= 5 && levels.3 >= 5 && levels.6 * 4 >= levels.3 && levels.3 * 4 >= levels.6
                && !evidence.patterns[place].isContinuation
                && evidence.patterns[place].text != "<*>" && evidence.patterns[place].text.utf8.count > 12
        }
        guard let first = found.first, let citation = evidence.cite(first: first) else { return nil }
        let levels = evidence.patterns[first].subject.levels
        return Finding(
            kind: "log.gap-level",
            title: "One message has several levels: \(Phrase.clip(evidence.patterns[first].text, 80))",
            severity: .info, confidence: 0.6,
            why:
                "It is written \(levels.6) times as an error and \(levels.3) times as information, so that alarms by level are unsure.",
            nextTest: "Ask for one level for one meaning.", count: Int(levels.6) + Int(levels.3),
            subjects: [evidence.patterns[first].id], citations: [citation])
    }
}
