import Domain
import HTTPTypes
import Storage
import Web

/// Who is on the page of a case at this moment, and when somebody last looked at it.
enum PresenceFeature: Feature {
    static let name = "presence"
    /// Who is on a page is true for a moment.
    static let passingTables: Set<String> = ["presence"]
    static let statements = VisitStore.samples + PresenceStore.samples

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.post, "/cases/{id}/presence", .right("case.view")) { call in
                try await sign(call, services)
            },
            .signedIn(.get, "/cases/{id}/presence", .right("case.view")) { call in
                let now = services.clock()
                return .text(
                    try await services.database.read { tx in
                        let this = try CaseDirectory.find(
                            call.request.parameter("id"), for: call.actor, in: tx)
                        return try PresenceStore.sentence(on: this.id, for: call.actor, at: now, in: tx)
                    })
            },
            .signedIn(.post, "/portal/cases/{id}/presence", .right("portal.view")) { call in
                try await sign(call, services)
            },
        ]
    }

    /// A sign of life of an open page; of customers only that they look.
    private static func sign(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let words = try await call.request.input()["state"].typed
        let isGone = words == "gone"
        guard isGone || PresenceStore.State(rawValue: words) != nil else {
            let known = (PresenceStore.State.allCases.map(\.rawValue) + ["gone"]).joined(separator: ", ")
            throw Refusal(field: "state", "unknown_choice", "state must be one of: \(known).")
        }
        let state = call.actor.isCustomer ? .looking : PresenceStore.State(rawValue: words) ?? .looking
        let now = services.clock()
        let reference = call.request.parameter("id")
        try await services.database.write { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            if isGone {
                try tx.execute(PresenceStore.delete(caseID: this.id.raw, person: call.actor.id))
            } else {
                try tx.execute(
                    PresenceStore.upsert(
                        .init(caseID: this.id.raw, person: call.actor.id, state: state), at: now))
                try tx.execute(PresenceStore.deleteOld(before: now.adding(seconds: -3600)))
            }
        }
        services.live.wake()
        return WebResponse(status: .noContent)
    }
}
