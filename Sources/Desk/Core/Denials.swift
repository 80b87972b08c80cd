import Domain
import Logging
import Storage

/// Puts on record that somebody asked for what they may not do.
package struct DenialRecorder: Sendable {
    let database: any Database
    let journal: Journal
    let clock: @Sendable () -> Timestamp
    let logger: Logger

    /// Records a denial as a fact about the person.
    ///
    /// A denial that cannot be recorded is still a denial.
    package func record(_ actor: Actor, what: String, right: Right, request: String) async {
        let entry = Self.entry(actor, what: what, right: right, request: request)
        let now = clock()
        do {
            _ = try await database.write { [journal] tx in
                guard try tx.first(JournalStore.head(of: entry.subject), { $0.integer(0) }) != nil else {
                    return false
                }
                _ = try journal.append([entry], by: actor.id, at: now, in: tx)
                return true
            }
        } catch {
            logger.error(
                "a denial could not be recorded", metadata: ["actor": "\(actor.id)", "error": "\(error)"])
        }
    }

    private static func entry(_ actor: Actor, what: String, right: Right, request: String) -> Decision.Entry {
        var decision = Decision()
        decision.record(
            PersonFact.accessDenied(what: what, right: right.name, request: request),
            on: SubjectRef(kind: Person.kind, id: actor.id))
        return decision.entries[0]
    }
}
