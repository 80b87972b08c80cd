import Domain
import HTTPTypes
import Storage
import Web

/// Cases: the queue, the case page, everything that is done to a case by staff.
enum CasesFeature: Feature {
    static let name = "cases"

    static let reads = CasesJSON.reads
    static let subjects = [CasesQueries.subject]
    static let statements = CasesQueries.samples + CaseSearchQueries.samples
    static let rights: [Right] = ["case.view"]

    static let navigation = [
        NavigationItem(path: "/cases", title: "Queue", icon: "queue", access: .right("case.view")),
        NavigationItem(path: "/cases?owner=me", title: "My cases", icon: "me", access: .right("case.view")),
        NavigationItem(path: "/cases?watch=me", title: "Watched", icon: "pin", access: .right("case.watch")),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/", .signedIn) { call in
                .seeOther(call.actor.isCustomer ? "/portal" : "/cases")
            },
            .signedIn(.get, "/cases", .right("case.view")) { call in
                try await QueuePages.queue(call, services)
            },
            .signedIn(.get, "/cases/{id}", .right("case.view")) { call in
                try await CasePages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/timeline.md", .right("case.view")) { call in
                try await CaseExport.markdown(call, services)
            },
            .signedIn(.get, "/cases/{id}/timeline.json", .right("case.view")) { call in
                try await CaseExport.json(call, services)
            },
            .signedIn(.get, "/cases/{id}/entries/{entry}", .right("case.view")) { call in
                try await EntryPages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/events", .right("case.view")) { call in
                let found = try await services.database.read { tx in
                    try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
                }
                return .events(
                    services.live.events(for: call.actor, since: call.request.stateMark) {
                        // What fires of its clocks concerns whoever looks at the case as much as what people do.
                        $0.subject == found.ref || $0.subject == ClockRecord.ref(found.id)
                            || $0.subject == LiveUpdates.analysisRef(found.id.raw)
                    })
            },
            .signedIn(.get, "/events", .right("case.view")) { call in
                .events(
                    services.live.events(for: call.actor, since: call.request.stateMark) {
                        [SupportCase.kind, ClockRecord.kind].contains($0.subject.kind)
                    })
            },
        ]
    }
}
