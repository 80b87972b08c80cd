import Domain
import Web

/// What happened, in a sentence.
///
/// A class, since one is handed to every part for every entry: a policy is too much to copy that often.
package final class CaseSentence: Sendable {
    /// The policy in force, for the names of its terms.
    package let policy: Policy
    /// Names of people, by identifier.
    package let names: [String: String]
    let parts: [CasePart]

    init(policy: Policy, names: [String: String], parts: [CasePart]) {
        (self.policy, self.names, self.parts) = (policy, names, parts)
    }

    /// The name of a person.
    package func name(_ id: String) -> String { names[id] ?? "Somebody" }

    /// An icon and a sentence for a fact that is not a message.
    func line(_ entry: Recorded<CaseFact>, after before: Recorded<CaseFact>? = nil) -> (icon: String, HTML) {
        let who: HTML = "<b>\(name(entry.actor))</b>"
        if let (icon, sentence) = ofPart(entry, isForCustomer: false) { return (icon, "\(who) \(sentence)") }
        switch entry.body {
        case .opened(let opening):
            let severity = policy.severity(ID(opening.severity))?.name ?? opening.severity
            return (
                "queue",
                "\(who) opened the case, \(severity), \(policy.name(of: opening.channel, in: \.channels))"
            )
        case .imported(let number, let row):
            return ("queue", "\(who) imported the case as \(number) from \(row.source)\(changes(row))")
        case .changeImported(let row):
            let sentence = changes(row, since: before?.body.importedSet)
            return ("edit", "Imported from \(row.source)\(sentence)")
        case .ownerChanged(let owner, let reason):
            let sentence: HTML =
                owner == entry.actor
                ? "\(who) took the case" : "\(who) gave the case to <b>\(name(owner))</b>"
            return ("me", sentence + because(reason))
        case .ownerLeft(let reason):
            return ("me", "\(who) put the case back in the queue\(because(reason))")
        case .story(let fact): return story(fact, who)
        case .severityChanged(let severity, let reason):
            let label = policy.severity(ID(severity))?.name ?? severity
            return ("rank", "\(who) set severity to <b>\(label)</b>\(because(reason))")
        case .statusChanged(let status, _, let reason, _):
            return (
                QueuePages.stateIcon(ID(status), policy),
                "\(who) moved the case to <b>\(statusName(status))</b>\(because(reason))"
            )
        case .reopened(_, let reason): return ("s-again", "\(who) reopened the case\(because(reason))")
        case .closed: return ("s-closed", "\(who) closed the case")
        default: return ("edit", edit(entry, who))
        }
    }

    /// The sentence of a fact that belongs to another feature, without who did it.
    func ofPart(_ entry: Recorded<CaseFact>, isForCustomer: Bool) -> CasePart.Line? {
        guard entry.body.family != nil else { return nil }
        for part in parts {
            if let line = part.sentence(entry, self, isForCustomer) { return line }
        }
        return nil
    }

    private func story(_ fact: StoryFact, _ who: HTML) -> (icon: String, HTML) {
        switch fact {
        case .pinned(let entry): ("pin", "\(who) put entry \(String(entry)) into the story")
        case .unpinned(let entry): ("pin", "\(who) left entry \(String(entry)) out of the story")
        case .undone(let what, let first, _):
            ("s-again", "\(who) took back <a href=\"#e-\(first)\">“\(what)”</a>")
        }
    }

    private func edit(_ entry: Recorded<CaseFact>, _ who: HTML) -> HTML {
        switch entry.body {
        case .retitled(let subject): return "\(who) changed the subject to “\(isolated(subject))”"
        case .problemStated(let text):
            guard let text else { return "\(who) took the problem statement away" }
            return "\(who) stated the problem: “\(isolated(String(text.prefix(300))))”"
        case .classified(let field, let value):
            guard let value else { return "\(who) took \(field.label.lowercased()) away" }
            if field == .rootCause {
                return
                    "\(who) set the suspected root cause to <b>\(policy.name(of: value, in: field.terms))</b>"
            }
            return
                "\(who) set \(field.label.lowercased()) to <b>\(policy.name(of: value, in: field.terms))</b>"
        case .impactRecorded(let impact):
            let words = impact.words(policy).map { "\($0.label) \($0.value)" }.joined(separator: ", ")
            return "\(who) recorded the impact: \(isolated(words.isEmpty ? "none known" : words))"
        case .timesRecorded(let began, let noticed, let reported):
            let times = [("began", began), ("noticed", noticed), ("reported", reported)]
            let words = times.compactMap { name, moment in
                moment.map { "\(name) \(Web.words(for: $0, now: entry.occurredAt))" }
            }
            return "\(who) recorded the times: \(words.joined(separator: ", "))"
        case .entryErased(let sequence, _, _, let reason):
            return "\(who) erased the words of entry \(String(sequence))\(because(reason))"
        default: return "\(who) changed the case"
        }
    }

    /// A reason as it ends a sentence; nothing where there is none.
    package func because(_ reason: String?) -> HTML {
        guard let reason, !reason.isEmpty else { return .empty }
        return ": “\(isolated(reason))”"
    }

    private func statusName(_ id: String) -> String { policy.status(ID(id))?.name ?? id }

    /// What an imported row says; where the row before it is known, only what is new in it.
    private func changes(_ row: CaseFact.ImportedRow, since before: [String: String]? = nil) -> HTML {
        let new = row.set.filter { before?[$0.key] != $0.value }
        var words: [String] = []
        if let status = new["status"] { words.append(statusName(status)) }
        if let severity = new["severity"] { words.append(policy.severity(ID(severity))?.name ?? severity) }
        if let owner = new["owner"] { words.append(owner.isEmpty ? "no owner" : "owner \(name(owner))") }
        let told: Set<String> = ["status", "severity", "owner"]
        if before != nil {
            words += new.keys.filter { !told.contains($0) }.sorted().map {
                $0.replacing("_", with: " ") + " changed"
            }
            if words.isEmpty { words.append("nothing that is shown here changed") }
        }
        guard !words.isEmpty else { return .empty }
        return ": \(isolated(words.joined(separator: ", ")))"
    }
}

/// Markup of ours as plain text: for exports that reuse sentences of pages.
enum PlainText {
    static func of(_ html: HTML) -> String {
        var text = ""
        var isTag = false
        for character in html.text {
            switch character {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            case _ where isTag: continue
            default: text.append(character)
            }
        }
        for (entity, plain) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] {
            text = text.replacing(entity, with: plain)
        }
        return text
    }
}
