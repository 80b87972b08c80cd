import Diagnosis
import Domain
import Storage
import Web

/// What monitoring said, on the page of its case.
enum AlertPages {
    static let part = CasePart(
        .side, order: 60, html: html,
        json: { context, tx in
            let standing = try standing(context, in: tx)
            guard let (notice, at) = standing.alert else { return [] }
            return [
                (
                    "alert",
                    [
                        "key": .string(notice.key), "title": .string(notice.title),
                        "state": .string(notice.isResolved ? "resolved" : "firing"),
                        "messages": .integer(Int64(standing.alertCount)), "last_at": at.json,
                    ]
                )
            ]
        },
        sentence: { fact, _, isForCustomer in
            guard case .customer(.alerted(let notice)) = fact.body, !isForCustomer else { return nil }
            return (
                "alert",
                "told of an alert, <b>\(notice.isResolved ? "resolved" : "firing")</b>: \(isolated(notice.title))"
            )
        })

    private static func standing(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> CustomerStanding {
        guard context.this.alertKey != nil else { return CustomerStanding([]) }
        return context.history.standing
    }

    private static func html(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        let standing = try standing(context, in: tx)
        guard let (notice, at) = standing.alert else { return .empty }
        let link: HTML =
            notice.url.map {
                "<dt>Address</dt><dd><a href=\"\($0)\" rel=\"noreferrer\">\(isolated($0))</a></dd>"
            }
            ?? .empty
        let text: HTML =
            notice.text.map {
                "<details><summary>The last message</summary><p class=\"text f13\" dir=\"auto\">\($0)</p></details>"
            } ?? .empty
        return """
            <section class="panel" id="alert" data-live><header><h2>Alert</h2></header><dl class="pairs"><dt>State</dt><dd>\(notice.isResolved ? "Resolved, by monitoring" : "Firing")</dd><dt>Last told</dt><dd>\(time(at, now: context.now))</dd><dt>Messages</dt><dd>\(standing.alertCount)</dd><dt>Key</dt><dd class="mono">\(notice.key)</dd>\(link)</dl>\(text)</section>

            """
    }
}
