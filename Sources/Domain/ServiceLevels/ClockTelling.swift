/// Who is told of a warning or a breach of a promise to a customer, as policy says.
package struct ClockTelling: Hashable, Sendable {
    /// Somebody who is told.
    package enum Listener: Hashable, Sendable {
        /// Whoever owns the case.
        case owner
        /// Whoever leads the team of the queue that the case is in.
        case queueLead
        /// Everybody with a role.
        case role(String)

        init(_ text: String) {
            switch text {
            case "owner": self = .owner
            case "queue_lead": self = .queueLead
            default: self = .role(text)
            }
        }
    }

    /// The percentage of the time from which on it holds; 100 for the breach.
    package var percent: Int
    /// Who is told.
    package var listeners: [Listener]
    /// Only for these severities; empty for all.
    package var severities: [String]

    /// Telling with all parts.
    package init(percent: Int, listeners: [Listener], severities: [String] = []) {
        (self.percent, self.listeners, self.severities) = (percent, listeners, severities)
    }
}

extension ServiceLevels {
    /// Who is told of an event of a promise; nil where policy leaves it to rights.
    ///
    /// The line with the highest percentage that is reached counts.
    /// - Parameter percent: how much of the time is gone; 100 for the breach.
    package func listeners(at percent: Int, severity: String) -> [ClockTelling.Listener]? {
        guard !telling.isEmpty else { return nil }
        return telling.filter {
            $0.percent <= percent && ($0.severities.isEmpty || $0.severities.contains(severity))
        }.max { $0.percent < $1.percent }?.listeners ?? []
    }
}

extension ClockTelling {
    static func read(
        _ levels: inout ConfigReader, _ policy: ServiceLevels.LevelTerms, _ problems: inout [ConfigProblem]
    ) -> [ClockTelling] {
        guard levels.child("tell") != nil else { return [] }
        return levels.items("tell", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let at = reader.text("at", &problems)
            let percent = at == "breach" ? 100 : Int(at).flatMap { (1...99).contains($0) ? $0 : nil }
            if percent == nil, !at.isEmpty {
                problems.append(
                    .init(
                        line: reader.child("at")?.line ?? item.node.line, key: "\(item.path).at",
                        message: "“\(at)” must be a percentage from 1 to 99, or breach"))
            }
            let listeners = reader.texts("to", &problems).map { text in
                let known = ["owner", "queue_lead"] + policy.roles
                if !known.contains(text.text) {
                    let hint = nearest(to: text.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                    problems.append(
                        .init(
                            line: text.line, key: "\(item.path).to",
                            message: "“\(text.text)” is neither owner, queue_lead nor a role\(hint)"))
                }
                return Listener(text.text)
            }
            let severities = reader.texts("severities", &problems).map { text in
                let known = policy.severities.map(\.id.raw)
                if !known.contains(text.text) {
                    let hint = nearest(to: text.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                    problems.append(
                        .init(
                            line: text.line, key: "\(item.path).severities",
                            message: "“\(text.text)” is not a severity\(hint)"))
                }
                return text.text
            }
            reader.refuseUnknownKeys(&problems)
            return ClockTelling(percent: percent ?? 100, listeners: listeners, severities: severities)
        }
    }
}
