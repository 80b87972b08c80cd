import Diagnosis
import Domain
import Web

/// Codes of errors on the wire.
enum AnalysisCodeJSON {
    static let reads = [
        APIRead(
            "error_code.list", "Codes of errors: what they mean, and where they were seen",
            path: "/error_codes", access: .right("case.view"),
            parameters: [
                .init("q", "A code, or words of its meaning"),
                .init("documented", "false: only codes that were seen and that nobody documented"),
            ]
        ) { call, services in
            let listing = try await AnalysisCodePages.listing(for: call.actor, services)
            let words = (call.request.query("q") ?? "").trimmingWhitespace
            let entries =
                call.request.query("documented") == "false"
                ? [] : words.isEmpty ? listing.taxonomy.entries : listing.taxonomy.search(words)
            let open = listing.undocumented.filter {
                words.isEmpty || $0.code.uppercased().contains(words.uppercased())
            }
            return [
                "items": .array(
                    entries.map { json($0.code, $0, listing.seen($0)) }
                        + open.map { json($0.code, nil, [$0]) })
            ]
        }
    ]

    private static func json(
        _ code: String, _ entry: ErrorTaxonomy.Entry?, _ seen: [AnalysisCodePages.Seen]
    ) -> JSON {
        var numbers: [String] = []
        for one in seen.flatMap(\.cases) where !numbers.contains(one.number) { numbers.append(one.number) }
        return [
            "code": .string(code), "documented": .bool(entry != nil),
            "meaning": entry.map { .string($0.meaning) } ?? .null,
            "component": entry?.component.map(JSON.string) ?? .null,
            "link": entry?.link.map(JSON.string) ?? .null,
            "lines": .integer(Int64(seen.reduce(0) { $0 + $1.lines })),
            "case_count": .integer(Int64(numbers.count)),
            "cases": .array(numbers.prefix(100).map(JSON.string)),
            "last_seen_at": seen.map(\.lastAt).max()?.json ?? .null,
        ]
    }
}
