import Diagnosis
import Domain
import Storage
import Web

/// Which parts of the product hang on one person, who could learn them, and who stands by.
enum ConcentrationPages {
    /// So many resolved cases are looked at, the latest.
    private static let most = 5000

    private struct Content: Sendable {
        var report: Concentration
        var period: ReportPeriod
        var isCut: Bool
    }

    private static func content(_ call: SignedInCall, _ services: Services) async throws -> Content {
        let (policy, now) = (services.policy.current, services.clock())
        let period = try ReportPeriod(call.request, usual: 180, now: now)
        return try await services.database.read { tx in
            let people = try RoutingDirectory.people(policy: policy, for: call.actor, in: tx)
            let cases = try CaseDirectory.resolved(in: period.range, for: call.actor, limit: most, in: tx)
            var solved: [String: [ID<Person>: Int]] = [:]
            for this in cases {
                guard let component = this.classification[.component], let owner = this.owner else {
                    continue
                }
                solved[component, default: [:]][owner, default: 0] += 1
            }
            let ids = Set(solved.values.flatMap(\.keys))
            let names = try PeopleDirectory.names(of: ids.map(\.raw), in: tx)
            return Content(
                report: Concentration(
                    policy: policy, people: people,
                    names: Dictionary(names.map { (ID<Person>($0.key), $0.value) }) { first, _ in first },
                    solved: solved),
                period: period, isCut: cases.count == most)
        }
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (content, policy) = (
            try await ConcentrationPages.content(call, services), services.policy.current
        )
        let alone = content.report.parts.filter { $0.finding != nil }
        let cut: HTML = content.isCut ? " Only the \(most) cases resolved last are counted." : ""
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/rebalance">Load</a><span aria-hidden="true">/</span><span>Concentration</span></nav>
            <div class="q-head"><h1>Concentration</h1></div>
            <p class="lede">\(alone.isEmpty ? "No part of the product hangs on one person." : "\(alone.count) of \(content.report.parts.count) parts of the product hang\(alone.count == 1 ? "s" : "") on one person, or on nobody." as HTML) By the rules of routing, and by who resolved the cases of the last \(content.period.days) days.\(cut)</p>
            \(content.period.links("/routing/concentration"))
            <div class="stack">\(content.report.parts.map { part($0, policy) })</div>
            """
        return services.page(Page("Concentration", here: "/rebalance", main: main), for: call)
    }

    private static func part(_ part: Concentration.Part, _ policy: Policy) -> HTML {
        let id = "part-\(part.component)"
        let able: HTML =
            part.able.isEmpty
            ? "<span class=\"dim\">nobody by the rules</span>"
            : HTML.joined(part.able.map { isolated($0.name) }, by: ", ")
        let shares: HTML =
            part.shares.isEmpty
            ? "<span class=\"dim\">none resolved</span>"
            : HTML.joined(part.shares.prefix(5).map { "\(isolated($0.name)) \($0.solved)" }, by: ", ")
        let finding: HTML =
            part.finding.map { "<p class=\"bad\">\(icon("alert")) \(capitalised($0)).</p>" } ?? .empty
        let second: HTML =
            part.secondary.map {
                "<dt>Second assignee</dt><dd>\(isolated($0.name)): \($0.reason)</dd>"
            } ?? (part.finding == nil ? .empty : "<dt>Second assignee</dt><dd class=\"dim\">nobody yet</dd>")
        let training: HTML =
            part.training.map { "<dt>Cross-train</dt><dd>\(isolated($0.name)), \($0.reason)</dd>" } ?? .empty
        return """
            <section class="card pad" aria-labelledby="\(id)"><h2 id="\(id)">\(isolated(policy.name(of: part.component, in: \.components)))</h2>\(finding)<dl class="pairs wider"><dt>Can take its cases</dt><dd>\(able)</dd><dt>Resolved</dt><dd>\(shares)</dd>\(second)\(training)</dl></section>

            """
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    static let read = APIRead(
        "routing.concentration",
        "Parts of the product that only one person can handle, with whom to train and who stands by",
        path: "/routing/concentration", access: .right(RebalanceCases.right),
        parameters: [.init("days", "so many days back from now, 1 to 1830; 180 where it is left out")]
    ) { call, services in
        let content = try await ConcentrationPages.content(call, services)
        func suggestion(_ one: Concentration.Suggestion?) -> JSON {
            one.map {
                ["person": .string($0.person.raw), "name": .string($0.name), "reason": .string($0.reason)]
            }
                ?? .null
        }
        return [
            "days": .integer(Int64(content.period.days)),
            "items": .array(
                content.report.parts.map { part in
                    [
                        "component": .string(part.component),
                        "finding": part.finding.map(JSON.string) ?? .null,
                        "skills": .array(part.skills.map(JSON.string)),
                        "able": .array(part.able.map { .string($0.id.raw) }),
                        "resolved": .array(
                            part.shares.map {
                                ["person": .string($0.person.raw), "cases": .integer(Int64($0.solved))]
                            }),
                        "second": suggestion(part.secondary), "cross_train": suggestion(part.training),
                    ]
                }),
        ]
    }
}
