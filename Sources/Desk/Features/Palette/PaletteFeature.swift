import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The command palette: everything that one may do, what one looked at last, and the search, in one list.
enum PaletteFeature: Feature {
    static let name = "palette"

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/palette", .right("case.view")) { call in
                .json(["groups": .array(try await PaletteSearch(call, services).groups().map(\.json))])
            },
            .signedIn(.get, "/search", .right("case.view")) { call in
                try await SearchPage.show(call, services)
            },
        ]
    }
}

/// One line of the palette: a place to go to.
struct PaletteItem: Sendable, Equatable {
    var title: String
    var detail = ""
    var address: String
    var icon: String

    var json: JSON {
        [
            "title": .string(title), "detail": .string(detail), "href": .string(address),
            "icon": .string(icon),
        ]
    }
}

/// Lines of the palette that belong together.
struct PaletteGroup: Sendable, Equatable {
    var title: String
    var items: [PaletteItem]

    var json: JSON { ["title": .string(title), "items": .array(items.map(\.json))] }
}

/// The palette without script: the same list as a page.
enum SearchPage {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let search = try PaletteSearch(call, services)
        let groups = try await search.groups()
        let text = call.request.query("q") ?? ""
        let found: HTML =
            groups.isEmpty
            ? """
            <div class="card"><div class="empty"><h2>Nothing matches “\(text)”</h2><p>Words are matched in cases (number, subject, problem and the reporter’s own words), in names and addresses of people, and in what you may do.</p></div></div>
            """ : "\(groups.map(section))"
        let main: HTML = """
            <h1>Search</h1>
            <form class="filters" role="search" action="/search"><div class="seek">\(icon("search"))<label class="sr" for="q">Search or do something</label><input class="input" id="q" name="q" type="search" value="\(text)" placeholder="A case, a person, or what you want to do" autocomplete="off" spellcheck="false" data-search aria-keyshortcuts="/" aria-describedby="q-help"></div><button class="btn">Search</button></form>
            <p class="by" id="q-help"><b>#</b> looks in cases only, <b>@</b> in people, <b>&gt;</b> in actions.</p>
            <div class="narrow stack" id="found">\(found)</div>
            """
        return services.page(Page("Search", here: "/search", main: main), for: call)
    }

    private static func section(_ group: PaletteGroup) -> HTML {
        let items = group.items.map { item -> HTML in
            let detail: HTML = item.detail.isEmpty ? .empty : "<small dir=\"auto\">\(item.detail)</small>"
            return """
                <li><div><a href="\(item.address)" dir="auto">\(icon(item.icon))\(item.title)</a>\(detail)</div></li>
                """
        }
        return """
            <section class="card finds"><div class="sec"><h2>\(group.title)</h2></div><ul class="items">\(items)</ul></section>

            """
    }
}
