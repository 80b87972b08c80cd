/// Which messages a second person reads before the customer does.
package struct MessageReviewTerms: Hashable, Sendable {
    /// What happens to a message that nobody read in time.
    package enum WhenOver: String, Sendable, CaseIterable {
        /// It is sent, so that no promise is broken.
        case send
        /// It goes on waiting.
        case wait
    }

    /// The severities of the cases; nobody reviews anything where there are none.
    package var severities: Set<String> = []
    /// Minutes in which a message should be reviewed.
    package var minutes = 10
    /// What happens then.
    package var whenOver = WhenOver.send

    /// Nothing is reviewed.
    package init() {}

    /// So long before something is owed to the customer a review ends, so that it is sent in time.
    static let spareSeconds: Int64 = 120
    /// A review never has less time than this.
    static let leastSeconds: Int64 = 60

    /// Until when a message should be reviewed.
    /// - Parameter owed: when clocks end that only a message to the customer stops.
    package func reviewBy(from now: Timestamp, owed: [Timestamp]) -> Timestamp {
        let usual = now.adding(seconds: Int64(minutes) * 60)
        guard whenOver == .send, let first = owed.filter({ $0 > now }).min() else { return usual }
        let latest = max(first.adding(seconds: -Self.spareSeconds), now.adding(seconds: Self.leastSeconds))
        return min(usual, latest)
    }
}

/// How a customer who does not answer is reminded, and when we no longer wait.
package struct NoResponseTerms: Hashable, Sendable {
    /// The working time, in seconds, before each reminder: after the question, then after the reminder before.
    package var reminders: [Int]
    /// The working time, in seconds, from the last reminder until the case is resolved.
    package var resolveAfter: Int
    /// The calendar that says what is working time.
    package var calendar: String
    /// The severities at which nobody is reminded by the software.
    package var except: Set<String>
    /// The verdict of a case that was resolved so.
    package var verdict: String
    /// What a reminder says.
    package var reminder: String
    /// What the customer reads when the case is resolved.
    package var closing: String

    /// Terms with all parts.
    package init(
        reminders: [Int], resolveAfter: Int, calendar: String, except: Set<String>, verdict: String,
        reminder: String, closing: String
    ) {
        (self.reminders, self.resolveAfter, self.calendar) = (reminders, resolveAfter, calendar)
        (self.except, self.verdict) = (except, verdict)
        (self.reminder, self.closing) = (reminder, closing)
    }
}

extension Policy {
    /// The right without which nobody reviews messages.
    package static let reviewRight: Right = "case.review_message"

    static func readMessageReview(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> MessageReviewTerms {
        var terms = MessageReviewTerms()
        guard let node = root.child("message_review") else { return terms }
        var reader = ConfigReader(node, at: "message_review", problems: &problems)
        terms.severities = readSeverityNames("severities", &reader, policy, &problems)
        terms.minutes = reader.integer("minutes", 1...1440, default: terms.minutes, &problems)
        if reader.child("when_over") != nil {
            terms.whenOver = reader.choice("when_over", &problems) ?? .send
        }
        let isAnybody = policy.roles.contains { $0.id != "administrator" && $0.rights.contains(reviewRight) }
        if !terms.severities.isEmpty, !isAnybody {
            problems.append(
                .init(
                    line: node.line, key: "message_review",
                    message:
                        "no role but that of administrators may review messages; give one the right \(reviewRight.name)"
                ))
        }
        reader.refuseUnknownKeys(&problems)
        return terms
    }

    static func readNoResponse(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> NoResponseTerms? {
        guard let node = root.child("no_response") else { return nil }
        var reader = ConfigReader(node, at: "no_response", problems: &problems)
        func seconds(_ text: String, _ line: Int, _ key: String) -> Int {
            if let seconds = ServiceLevels.seconds(text) { return seconds }
            problems.append(
                .init(
                    line: line, key: "no_response.\(key)",
                    message: "“\(text)” must be a working time such as 16h or 1h30m"))
            return 1
        }
        let written = reader.texts("reminders", &problems)
        var terms = NoResponseTerms(
            reminders: written.enumerated().map {
                seconds($0.element.text, $0.element.line, "reminders[\($0.offset)]")
            },
            resolveAfter: 1, calendar: WorkingHours.always.id,
            except: readSeverityNames("except", &reader, policy, &problems),
            verdict: reader.text("verdict", &problems), reminder: reader.text("reminder", &problems),
            closing: reader.text("closing", &problems))
        let after = reader.text("resolve_after", &problems)
        if !after.isEmpty {
            terms.resolveAfter = seconds(
                after, reader.child("resolve_after")?.line ?? node.line, "resolve_after")
        }
        if let child = reader.child("calendar"), let calendar = reader.optionalText("calendar", &problems) {
            terms.calendar = calendar
            let known = policy.serviceLevels.hours.keys.sorted()
            if !known.contains(calendar) {
                let hint = nearest(to: calendar, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: child.line, key: "no_response.calendar",
                        message: "“\(calendar)” is not a calendar\(hint)"))
            }
        }
        checkNoResponse(terms, reader, node.line, policy, &problems)
        reader.refuseUnknownKeys(&problems)
        return terms.reminders.isEmpty ? nil : terms
    }

    /// What a customer is asked and nobody could ever act upon is a contradiction.
    private static func checkNoResponse(
        _ terms: NoResponseTerms, _ reader: ConfigReader, _ line: Int, _ policy: Policy,
        _ problems: inout [ConfigProblem]
    ) {
        var reader = reader
        func problem(_ key: String, _ message: String) {
            problems.append(
                .init(
                    line: reader.child(key)?.line ?? line, key: "no_response.\(key)", message: message))
        }
        if terms.reminders.count > 10 { problem("reminders", "at most 10 reminders make sense") }
        if !policy.verdicts.contains(where: { $0.id == terms.verdict }), !terms.verdict.isEmpty {
            let hint =
                nearest(to: terms.verdict, in: policy.verdicts.map(\.id)).map { "; did you mean “\($0)”?" }
                ?? "; add it there"
            problem("verdict", "“\(terms.verdict)” is not in verdicts\(hint)")
        }
        guard !terms.reminders.isEmpty else { return }
        let resolved = Set(policy.statuses(in: [.resolved]))
        let waiting = policy.statuses.filter { $0.phase == .waiting && $0.blockedBy == NoResponse.reason }
        for status in waiting where resolved.isDisjoint(with: status.next) {
            problem(
                "resolve_after",
                "a case cannot be resolved from “\(status.name)”: give that status a way to one of phase resolved"
            )
        }
        for status in policy.statuses where status.phase == .resolved && status.onCustomerReply == nil {
            problem(
                "resolve_after",
                "a reply could not revive a case: give “\(status.name)” an on_customer_reply")
        }
    }

    private static func readSeverityNames(
        _ key: String, _ reader: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> Set<String> {
        guard reader.child(key) != nil else { return [] }
        let texts = reader.texts(key, &problems)
        let known = policy.severities.map(\.id.raw)
        for (index, text) in texts.enumerated() where !known.contains(text.text) {
            let hint = nearest(to: text.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
            problems.append(
                .init(
                    line: text.line, key: "\(reader.path).\(key)[\(index)]",
                    message: "“\(text.text)” is not a severity\(hint)"))
        }
        return Set(texts.map(\.text))
    }
}
