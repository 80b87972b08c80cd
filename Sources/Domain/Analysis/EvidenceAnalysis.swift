import Diagnosis

/// How far the analysis of a piece of evidence is, and what came out of it.
///
/// It is no fact: it follows from the bytes, and can be made again at any time.
package struct EvidenceAnalysis: Sendable {
    /// How far it is.
    package enum State: String, Sendable, CaseIterable {
        /// It is to be done.
        case waiting
        /// Somebody works at it.
        case running
        /// It is done.
        case done
        /// It could not be done; the message says why.
        case failed
        /// Somebody stopped it.
        case stopped
        /// The bytes are no log and no text.
        case unsuited

        /// Whether nothing more happens to it by itself.
        package var isOver: Bool { self != .waiting && self != .running }
    }

    /// The piece of evidence.
    package var evidence: ID<Evidence>
    /// Its case.
    package var caseID: ID<SupportCase>
    /// How far it is.
    package var state: State
    /// How often it was begun since it was asked for.
    package var tries: Int
    /// When it was asked for.
    package var askedAt: Timestamp
    /// When it was begun last.
    package var begunAt: Timestamp?
    /// When it ended.
    package var endedAt: Timestamp?
    /// How many bytes of the file were read.
    package var doneBytes: Int64
    /// How many bytes the file has.
    package var allBytes: Int64
    /// Why it failed, in a sentence.
    package var message: String?
    /// Whether somebody asked to stop it.
    package var isStopping: Bool
    /// What came out of it.
    package var log: LogAnalysis?

    /// An analysis that waits to be begun.
    package init(evidence: ID<Evidence>, caseID: ID<SupportCase>, size: Int64, askedAt: Timestamp) {
        (self.evidence, self.caseID, self.askedAt, allBytes) = (evidence, caseID, askedAt, size)
        (state, tries, doneBytes, isStopping) = (.waiting, 0, 0, false)
    }

    /// An analysis that dies with its node as often as this is not begun again by itself.
    package static let mostTries = 3

    /// Bytes a second since it was begun; nil where nothing can be said yet.
    package func rate(at now: Timestamp) -> Int64? {
        guard state == .running, let begunAt, doneBytes > 0 else { return nil }
        let passed = now.microseconds - begunAt.microseconds
        return passed > 0 ? Int64(Double(doneBytes) / (Double(passed) / 1e6)) : nil
    }

    /// Seconds that are left at that rate; nil where nothing can be said yet.
    package func secondsLeft(at now: Timestamp) -> Int64? {
        guard let rate = rate(at: now), rate > 0 else { return nil }
        return max(0, allBytes - doneBytes) / rate
    }

    /// Refuses to begin it again while it waits or runs.
    package func refuseAgain() throws(Refusal) {
        guard state.isOver else {
            throw Refusal(
                .conflict, "analysis_running", "The analysis is on its way already. Stop it first, or wait.")
        }
    }

    /// Refuses to stop what is over.
    package func refuseStop() throws(Refusal) {
        guard !state.isOver else {
            throw Refusal(.conflict, "analysis_over", "The analysis is at its end already.")
        }
    }
}

/// What an analysis found in a log or an archive of logs, bounded in size and without what is private.
package struct LogAnalysis: Sendable, Equatable {
    /// One log of the file.
    package struct Source: Sendable, Equatable {
        /// Its path inside the archive; empty for the file itself.
        package var name: String
        /// How many lines it has.
        package var lines: Int
        /// How many bytes it has.
        package var bytes: Int
        /// Of which form its lines are: `JSON`.
        package var form: String
        /// The first time in it.
        package var from: Timestamp?
        /// The last time in it.
        package var to: Timestamp?
        /// What had to be inferred or left out, in sentences.
        package var notes: [String]

        /// A log with all parts.
        package init(
            name: String, lines: Int, bytes: Int, form: String, from: Timestamp?, to: Timestamp?,
            notes: [String]
        ) {
            (self.name, self.lines, self.bytes, self.form) = (name, lines, bytes, form)
            (self.from, self.to, self.notes) = (from, to, notes)
        }
    }

    /// How many lines were written in one slot of time.
    package struct Slot: Sendable, Equatable {
        /// When it begins.
        package var at: Timestamp
        /// All lines.
        package var all: Int
        /// Lines that warn.
        package var warnings: Int
        /// Lines that tell of errors.
        package var errors: Int

        /// A slot with all parts.
        package init(at: Timestamp, all: Int, warnings: Int, errors: Int) {
            (self.at, self.all, self.warnings, self.errors) = (at, all, warnings, errors)
        }
    }

    /// One varying part of a pattern.
    package struct Variable: Sendable, Equatable {
        /// What its values are: `duration`.
        package var kind: String
        /// How many different values were seen.
        package var distinct: Int
        /// The most frequent values, as far as they may be shown.
        package var top: [String]
        /// Half of its values, where they are numbers, are at most this.
        package var median: Double?
        /// The largest of them.
        package var maximum: Double?

        /// A variable with all parts.
        package init(kind: String, distinct: Int, top: [String], median: Double?, maximum: Double?) {
            (self.kind, self.distinct, self.top) = (kind, distinct, top)
            (self.median, self.maximum) = (median, maximum)
        }
    }

    /// A message with its varying parts as `<*>`.
    package struct Pattern: Sendable, Equatable {
        /// The same in every file, host and case.
        package var id: String
        /// The message.
        package var text: String
        /// How many lines have it.
        package var count: Int
        /// The gravest level of its lines, where they have one.
        package var level: String?
        /// Whether it tells of something that went wrong.
        package var isTrouble: Bool
        /// How many of its lines fall into each slot of equal length; empty where no line has a time.
        package var course: [Int]
        /// Its varying parts, in order.
        package var variables: [Variable]

        /// A pattern with all parts.
        package init(
            id: String, text: String, count: Int, level: String?, isTrouble: Bool, course: [Int],
            variables: [Variable]
        ) {
            (self.id, self.text, self.count, self.level) = (id, text, count, level)
            (self.isTrouble, self.course, self.variables) = (isTrouble, course, variables)
        }
    }

    /// Lines that say what a finding claims.
    package struct Cite: Sendable, Equatable {
        /// The path inside the archive; empty for the file itself.
        package var member: String
        /// The first line, from 1.
        package var first: Int
        /// The last line.
        package var last: Int
        /// The lines as they stand in the redacted copy; empty where they could not be read again.
        package var lines: [String]
        /// Up to two lines before them.
        package var before: [String]
        /// Up to two lines behind those that are shown.
        package var after: [String]

        /// A citation with all parts.
        package init(
            member: String, first: Int, last: Int, lines: [String], before: [String] = [],
            after: [String] = []
        ) {
            (self.member, self.first, self.last, self.lines) = (member, first, last, lines)
            (self.before, self.after) = (before, after)
        }

        /// What people say: “line 12”, “lines 12 to 14”.
        package var words: String {
            (first == last ? "line \(grouped(first))" : "lines \(grouped(first)) to \(grouped(last))")
                + (member.isEmpty ? "" : " of \(member)")
        }
    }

    /// What the analysis holds to be true.
    package struct Claim: Sendable, Equatable {
        /// Its number in the analysis: 1 for F1.
        package var ordinal: Int
        /// What kind of finding it is: `log.timeout`.
        package var kind: String
        /// The claim in one sentence, without an end stop.
        package var title: String
        /// How much it matters: `high`.
        package var severity: String
        /// How sure it is, from 0 to 100.
        package var confidence: Int
        /// What led to it.
        package var why: String
        /// What would confirm or refute it.
        package var nextTest: String
        /// When it began.
        package var from: Timestamp?
        /// When it was last seen.
        package var to: Timestamp?
        /// How many records it rests on.
        package var count: Int
        /// The patterns or stack traces that it is about.
        package var subjects: [String]
        /// Lines that say it.
        package var cites: [Cite]

        /// A claim with all parts.
        package init(
            ordinal: Int, kind: String, title: String, severity: String, confidence: Int, why: String,
            nextTest: String, from: Timestamp?, to: Timestamp?, count: Int, subjects: [String], cites: [Cite]
        ) {
            (self.ordinal, self.kind, self.title, self.severity) = (ordinal, kind, title, severity)
            (self.confidence, self.why, self.nextTest) = (confidence, why, nextTest)
            (self.from, self.to, self.count) = (from, to, count)
            (self.subjects, self.cites) = (subjects, cites)
        }

        /// What people say: “F1”.
        package var number: String { "F\(ordinal)" }

        /// Whether what was read speaks clearly for it; otherwise it is suspected.
        ///
        /// Only people confirm.
        package var isSupported: Bool { confidence >= 70 }
    }

    /// A stack trace.
    package struct Trace: Sendable, Equatable {
        /// The same in every file, host and case.
        package var id: String
        /// The error's type and the first call of own code.
        package var title: String
        /// How often it stands there.
        package var count: Int

        /// A trace with all parts.
        package init(id: String, title: String, count: Int) {
            (self.id, self.title, self.count) = (id, title, count)
        }
    }

    /// A code by which the log names errors.
    package struct Code: Sendable, Equatable {
        /// The code as it stands there: `PAY-1043`.
        package var code: String
        /// How many records at warning level or worse name it.
        package var count: Int
        /// The path inside the archive of its first record; empty for the file itself.
        package var member: String
        /// The line of its first record, from 1.
        package var line: Int

        /// A code with all parts.
        package init(code: String, count: Int, member: String, line: Int) {
            (self.code, self.count, self.member, self.line) = (code, count, member, line)
        }
    }

    /// How many lines were read.
    package var lines = 0
    /// How many bytes of text were read.
    package var bytes = 0
    /// How many different patterns they have.
    package var patternCount = 0
    /// How many findings there are; the list holds the first.
    package var findingCount = 0
    /// The first time.
    package var from: Timestamp?
    /// The last time.
    package var to: Timestamp?
    /// What was read, in sentences.
    package var summary: [String] = []
    /// What could not be read and why, in sentences.
    package var problems: [String] = []
    /// The logs of the file, at most 50.
    package var sources: [Source] = []
    /// Seconds of a slot.
    package var slotSeconds = 0
    /// The slots without a gap; empty where no line has a time.
    package var slots: [Slot] = []
    /// The patterns that people look at first.
    package var patterns: [Pattern] = []
    /// The findings, what helps first first.
    package var findings: [Claim] = []
    /// The stack traces, the most frequent first.
    package var traces: [Trace] = []
    /// The codes of errors, the most frequent first.
    package var codes: [Code] = []

    /// An analysis of nothing.
    package init() {}

    /// The finding with this number, “F1”.
    package func finding(_ number: String) -> Claim? {
        findings.first { $0.number == number.uppercased() }
    }
}

/// The course of a pattern in words.
package enum PatternCourse {
    /// Whether the pattern is new, gone, more or less by the end, or steady; nil where too little is known.
    package static func words(_ course: [Int]) -> String? {
        let total = course.reduce(0, +)
        guard course.count >= 12, total >= 4, let first = course.firstIndex(where: { $0 > 0 }),
            let last = course.lastIndex(where: { $0 > 0 })
        else { return nil }
        if first == last { return "all at once" }
        if first >= course.count / 6 { return "new" }
        if last < course.count - course.count / 6 { return "stopped" }
        let before = course[..<(course.count / 2)].reduce(0, +)
        let after = total - before
        if after >= before * 3 { return "×\(max(3, after / max(1, before)))" }
        if before >= after * 3 { return "÷\(max(3, before / max(1, after)))" }
        return "steady"
    }
}

extension LogAnalysis {
    /// The same with every text of the log changed; the texts come in the same order each time.
    package func mapTexts(_ change: (String) -> String) -> LogAnalysis {
        var copy = self
        copy.summary = summary.map(change)
        copy.problems = problems.map(change)
        for index in copy.sources.indices {
            copy.sources[index].notes = copy.sources[index].notes.map(change)
        }
        for index in copy.patterns.indices { copy.patterns[index].text = change(copy.patterns[index].text) }
        for index in copy.traces.indices { copy.traces[index].title = change(copy.traces[index].title) }
        for index in copy.findings.indices {
            copy.findings[index].title = change(copy.findings[index].title)
            copy.findings[index].why = change(copy.findings[index].why)
            copy.findings[index].nextTest = change(copy.findings[index].nextTest)
            for place in copy.findings[index].cites.indices {
                let cite = copy.findings[index].cites[place]
                copy.findings[index].cites[place].before = cite.before.map(change)
                copy.findings[index].cites[place].lines = cite.lines.map(change)
                copy.findings[index].cites[place].after = cite.after.map(change)
            }
        }
        return copy
    }
}

extension LogAnalysis.Claim {
    /// The codes of errors that it and the lines that it cites name.
    package var codes: [String] {
        var found: [String] = []
        for text in [title, why] + cites.flatMap(\.lines) {
            for code in ErrorCode.codes(in: text) where !found.contains(code) { found.append(code) }
        }
        return found
    }

    /// By which findings of several logs are ordered: what matters and is sure comes first.
    package var score: Int {
        let weight =
            switch severity {
            case "critical": 100
            case "high": 30
            case "medium": 10
            case "low": 3
            default: 1
            }
        return weight * confidence
    }
}
