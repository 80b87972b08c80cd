import Diagnosis

/// What the customer reads about a problem once it is understood, in four parts.
package struct TechnicalSummary: Equatable, Sendable {
    /// A part of it.
    package enum Part: String, CaseIterable, Sendable {
        /// What went wrong, and why.
        case happened = "what_happened"
        /// From when to when, and for whom.
        case window = "impact_window"
        /// What was done against it.
        case mitigation = "what_helped"
        /// What is done so that it does not come back.
        case prevention = "what_prevents"

        /// The line above it.
        package var heading: String {
            switch self {
            case .happened: "What happened"
            case .window: "Impact"
            case .mitigation: "What we did"
            case .prevention: "What prevents it from now on"
            }
        }
    }

    private var words: [Part: String] = [:]

    /// Nothing is written.
    package init() {}

    /// The words of a part; nil where there are none.
    package subscript(part: Part) -> String? {
        get { words[part] }
        set { words[part] = newValue.map(\.trimmingWhitespace).flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Whether nothing is written.
    package var isEmpty: Bool { words.isEmpty }

    /// Each part under its heading.
    package var text: String {
        Part.allCases.compactMap { part in words[part].map { "\(part.heading)\n\($0)" } }
            .joined(separator: "\n\n")
    }

    func body(isSent: Bool) -> JSON {
        var object = JSONObject()
        for part in Part.allCases {
            if let text = words[part] { object.members.append((key: part.rawValue, value: .string(text))) }
        }
        object.members.append((key: "sent", value: .bool(isSent)))
        return .object(object)
    }
}

/// A technical summary as the case itself would write it, and what the case does not say.
///
/// Every sentence comes from a fact. What is not on record is named as missing, and never made up.
package struct SummaryDraft: Equatable, Sendable {
    /// What it would say.
    package private(set) var summary = TechnicalSummary()
    /// What is missing, each in a sentence that says where it is recorded.
    package private(set) var missing: [String] = []

    /// Drafts the summary of a case.
    package init(of this: SupportCase, _ investigation: Investigation) {
        summary[.happened] = happened(this, investigation)
        summary[.window] = window(this)
        summary[.mitigation] = mitigation(investigation)
        summary[.prevention] = prevention(investigation)
    }

    private mutating func happened(_ this: SupportCase, _ investigation: Investigation) -> String? {
        var lines: [String] = []
        if let problem = this.problemStatement {
            lines.append(problem)
        } else {
            missing.append("What happened: the problem is not stated. “Edit problem and fields” states it.")
        }
        let confirmed = investigation.hypotheses.filter { $0.state == .confirmed }
        if confirmed.isEmpty {
            missing.append(
                "Why it happened: no hypothesis is confirmed, so no cause is named. Confirm one, or say “we suspect” in your own words."
            )
        }
        lines += confirmed.map { "The cause is confirmed: \(Self.sentence($0.wording.statement))" }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private mutating func window(_ this: SupportCase) -> String? {
        var lines: [String] = []
        let end = this.mitigatedAt ?? this.resolvedAt
        switch (this.beganAt, end) {
        case (let began?, let end?):
            lines.append(
                "From \(Self.moment(began)) to \(Self.moment(end)): \(durationWords(seconds: end.seconds(since: began)))."
            )
        case (let began?, nil): lines.append("Since \(Self.moment(began)); it is not over yet.")
        case (nil, let end?): lines.append("Until \(Self.moment(end)).")
        case (nil, nil): break
        }
        if this.beganAt == nil {
            missing.append("When the effect began is not recorded. “Record times” records it.")
        }
        if end == nil {
            missing.append("When the effect ended is not known: the case was neither mitigated nor resolved.")
        }
        let impact = this.impact
        if let share = impact.sharePercent {
            lines.append("Affected: \(decimal(share)) % of \(impact.shareOf ?? "what you asked of us").")
        }
        if let users = impact.users { lines.append("People affected: \(grouped(users)).") }
        if let process = impact.blockedProcess { lines.append("Stood still: \(Self.sentence(process))") }
        if impact.sharePercent == nil, impact.users == nil, impact.blockedProcess == nil {
            missing.append("How much was affected is not recorded. “Record impact” records it.")
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private mutating func mitigation(_ investigation: Investigation) -> String? {
        let ways = investigation.workarounds.filter { $0.withdrawnBecause == nil }.map {
            "Way around: \(Self.sentence($0.workaround.text))"
        }
        let fixes = investigation.fixes.map { fix in
            "Fix\(fix.version.map { ", delivered in \($0)" } ?? ""): \(Self.sentence(fix.text))"
        }
        if ways.isEmpty, fixes.isEmpty {
            missing.append("What was done against it: neither a way around nor a fix is recorded.")
        }
        return ways.isEmpty && fixes.isEmpty ? nil : (ways + fixes).joined(separator: "\n")
    }

    private mutating func prevention(_ investigation: Investigation) -> String? {
        let proved = investigation.fixes.filter { fix in fix.tests.last?.test.holds ?? false }
        guard !proved.isEmpty else {
            missing.append(
                "What prevents it: no fix was tested and held. Write what is agreed, or leave the part empty."
            )
            return nil
        }
        return proved.map { fix in
            let test = fix.tests.last.map { " It was tested in \($0.test.environment) and held." } ?? ""
            return Self.sentence(fix.text) + test
        }.joined(separator: "\n")
    }

    private static func sentence(_ text: String) -> String {
        let text = text.trimmingWhitespace
        return text.last.map { ".!?".contains($0) } ?? true ? text : text + "."
    }

    private static func moment(_ moment: Timestamp) -> String { "\(moment.day) \(moment.clock) UTC" }
}
