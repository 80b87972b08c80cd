/// Something that must not happen to a case, as the search that finds where it did.
///
/// What falls through is what nobody searches for; these searches are looked at all the time. Policy lists them.
package struct AttentionCheck: Hashable, Sendable {
    /// What can be done about it at once: an operation of cases that has a form.
    package enum Step: String, CaseIterable, Sendable {
        /// Somebody takes it.
        case assign
        /// The customer is answered.
        case reply
        /// Somebody says what happens next.
        case setNextAction = "set_next_action"
        /// The customer is told when we write again.
        case promiseUpdate = "promise_update"
        /// Somebody says what kind of problem it is.
        case classify
        /// It moves on.
        case changeStatus = "change_status"
        /// How bad it is, about what and whose is settled in one step.
        case triage
        /// What is known by now is written down.
        case note
        /// It is offered anew.
        case handOver = "hand_over"
        /// Whoever is stuck is told how it goes on.
        case unblock
    }

    /// Stored and sent.
    package var id: String
    /// What is wrong with the cases, in a few words.
    package var name: String
    /// What finds them, in the language of the queue.
    package var search: String
    /// What is done about it first.
    package var step: Step?

    /// Whether it looks for promises that end: its cases come in that order, the others by how long nothing happened.
    package var isAboutPromises: Bool { search.contains("breach") }

    /// A check with all parts.
    package init(id: String, name: String, search: String, step: Step? = nil) {
        (self.id, self.name, self.search, self.step) = (id, name, search, step)
    }
}

extension AttentionCheck {
    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> [AttentionCheck] {
        var checks: [AttentionCheck] = []
        guard root.child("attention") != nil else { return [] }
        for item in root.items("attention", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            var check = AttentionCheck(
                id: one.text("id", &problems), name: one.text("name", &problems),
                search: one.text("search", &problems))
            if let node = one.child("step") {
                let written = one.text("step", &problems)
                check.step = Step(rawValue: written)
                if check.step == nil {
                    let known = Step.allCases.map(\.rawValue)
                    let hint =
                        nearest(to: written, in: known).map { "; did you mean “\($0)”?" }
                        ?? "; there are \(known.joined(separator: ", "))"
                    problems.append(
                        .init(
                            line: node.line, key: "\(item.path).step",
                            message: "“\(written)” is no step\(hint)"))
                }
            }
            one.refuseUnknownKeys(&problems)
            if checks.contains(where: { $0.id == check.id }) {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).id",
                        message: "“\(check.id)” is the name of two checks"))
            }
            checks.append(check)
        }
        return checks
    }

    /// Every search must be one that the queue understands under this policy.
    static func check(_ policy: Policy, _ node: ConfigNode?, _ problems: inout [ConfigProblem]) {
        guard case .sequence(let items)? = node?.value else { return }
        let reading = SearchReading(
            policy: policy, now: Timestamp(microseconds: 0), me: ID("me"), people: [:], organisations: [:])
        for (index, check) in policy.attention.enumerated() where index < items.count && !check.search.isEmpty
        {
            do {
                _ = try reading.read(try SearchParser.parse(check.search))
            } catch {
                problems.append(
                    .init(
                        line: items[index].line, key: "attention[\(index)].search",
                        message: "column \(error.column): \(error.message)"))
            }
        }
    }
}
