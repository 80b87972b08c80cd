import Diagnosis
import Domain
import Storage
import Web

/// The timeline of a case as a file, oldest first: the whole log or the story, for colleagues or for the customer.
///
/// What is made for the customer holds what the portal shows and nothing else.
struct CaseExport {
    private let this: SupportCase
    private let entries: [Recorded<CaseFact>]
    private let names: [String: String]
    private let story: Story
    private let isStory: Bool
    private let isForCustomer: Bool
    private let sentences: CaseSentence
    private var policy: Policy { sentences.policy }

    static func markdown(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let export = try await load(call, services)
        return .download(
            Array(export.markdown.utf8), name: export.fileName + ".md", type: "text/markdown; charset=utf-8")
    }

    static func json(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let export = try await load(call, services)
        var bytes: [UInt8] = []
        export.json(at: services.clock()).write(into: &bytes)
        return .download(bytes, name: export.fileName + ".json", type: "application/json; charset=utf-8")
    }

    private static func load(_ call: SignedInCall, _ services: Services) async throws -> CaseExport {
        let isStory = call.request.query("layer") == "story"
        let isForCustomer = call.request.query("for") == "customer"
        let (policy, parts) = (services.policy.current, services.catalog.caseParts)
        let reference = call.request.parameter("id")
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let story = try CaseDirectory.story(of: this.id, in: tx)
            let facts = try CaseDirectory.facts(
                of: this.id, kinds: isForCustomer ? CaseFact.publicKinds : [], in: tx)
            let entries = try CaseDirectory.readable(facts, by: call.actor, in: tx).filter {
                !isStory || story.tells($0.sequence, kind: $0.body.kind)
            }
            let people = entries.flatMap { [$0.actor] + $0.body.people }
            let names = try PeopleDirectory.names(of: people, in: tx)
            return CaseExport(
                this: this,
                entries: entries.sorted { ($0.occurredAt, $0.version) < ($1.occurredAt, $1.version) },
                names: names, story: story, isStory: isStory, isForCustomer: isForCustomer,
                sentences: CaseSentence(policy: policy, names: names, parts: parts))
        }
    }

    private var fileName: String {
        "\(this.number)-\(isStory ? "story" : "timeline")\(isForCustomer ? "-customer" : "")"
    }

    // MARK: Markdown

    private var markdown: String {
        var text = "# \(this.number) \(this.subject)\n\nTimes are UTC."
        text += isForCustomer ? "\n\n" : " Internal: do not send to the customer.\n\n"
        for entry in entries {
            guard let words = isForCustomer ? customerWords(entry) : words(entry) else { continue }
            let late = late(entry).map { " (entered later, \($0))" } ?? ""
            let name = isForCustomer ? "" : ", entry \(entry.sequence)"
            text += "## \(entry.occurredAt.rfc3339)\(name)\(late)\n\n\(words)"
        }
        return text
    }

    private func late(_ entry: Recorded<CaseFact>) -> String? {
        entry.isLate ? entry.recordedAt.rfc3339 : nil
    }

    private func words(_ entry: Recorded<CaseFact>) -> String {
        let who = sentences.name(entry.actor)
        switch entry.body {
        case .opened(let opening):
            return "\(who) opened the case: \(opening.subject)\n\n" + quoted(opening.symptom)
        case .replied(let text, let fromCustomer):
            return "\(who) wrote\(fromCustomer ? "" : " to the customer"):\n\n" + quoted(text)
        case .noted(let text): return "Internal note of \(who):\n\n" + quoted(text)
        case .resolved(let resolution):
            let verdict = policy.name(of: resolution.verdict, in: \.verdicts)
            let told = resolution.customerSummary.map { "Told the customer:\n\n" + quoted($0) } ?? ""
            return "\(who) resolved the case. Verdict: \(verdict).\n\n" + quoted(resolution.narrative) + told
        default: return PlainText.of(sentences.line(entry).1) + "\n\n"
        }
    }

    /// What the customer may read of an entry; nil for nothing.
    private func customerWords(_ entry: Recorded<CaseFact>) -> String? {
        let who = sentences.name(entry.actor)
        func state(_ status: String) -> String { policy.status(ID(status))?.customerWords ?? "In work" }
        switch entry.body {
        case .opened(let opening) where opening.channel == "alert":
            return "Noticed by monitoring: \(opening.subject)\n\n"
        case .opened(let opening): return "\(who) reported: \(opening.subject)\n\n" + quoted(opening.symptom)
        case .replied(let text, _): return "\(who) wrote:\n\n" + quoted(text)
        case .resolved(let resolution):
            return "Resolved.\n\n" + (resolution.customerSummary.map(quoted) ?? "")
        case .statusChanged(let status, _, _, _): return state(status) + ".\n\n"
        case .reopened: return "Opened again.\n\n"
        case .closed: return "Closed.\n\n"
        case .imported: return "Taken over from an earlier system.\n\n"
        default:
            guard let (_, sentence) = sentences.ofPart(entry, isForCustomer: true) else { return nil }
            return "\(who) \(PlainText.of(sentence))\n\n"
        }
    }

    private func quoted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }.joined(
            separator: "\n") + "\n\n"
    }

    // MARK: JSON

    private func json(at now: Timestamp) -> JSON {
        let items = zip(1..., entries).compactMap { number, entry -> JSON? in
            guard let words = isForCustomer ? customerWords(entry) : words(entry) else { return nil }
            var object =
                (isForCustomer
                ? CasesJSON.publicEntry(entry, number: number, names, policy) : CasesJSON.entry(entry, names))
                .object
                ?? JSONObject()
            object["entered_later"] = .bool(entry.isLate)
            if !isForCustomer {
                object["in_story"] = .bool(story.tells(entry.sequence, kind: entry.body.kind))
            }
            object["text"] = .string(words.trimmingWhitespace)
            return .object(object)
        }
        return [
            "case": .string(this.number), "subject": .string(this.subject),
            "layer": .string(isStory ? "story" : "log"),
            "audience": .string(isForCustomer ? "customer" : "internal"), "exported_at": now.json,
            "entries": .array(items),
        ]
    }
}

extension Recorded where Body == CaseFact {
    /// Whether the entry was made later than what it tells of; rows of imports always are and do not count.
    var isLate: Bool {
        switch body {
        case .imported, .changeImported: false
        default: recordedAt.seconds(since: occurredAt) > 60
        }
    }
}
