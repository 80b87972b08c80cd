import Domain
import Web

/// The days of which a page of figures tells, as its address says.
struct ReportPeriod: Sendable {
    /// How many days back.
    let days: Int
    /// From when until when.
    let range: Range<Timestamp>

    /// What a page offers.
    static let choices = [7, 30, 90, 365]
    /// What reads as JSON say about it.
    static let parameter = APIRead.Parameter(
        "days", "So many days back from now, 1 to 1830; 30 where it is left out")

    /// The period that a request asks for.
    /// - Throws: what is wrong with `days`.
    /// - Parameter usual: the days where it asks for none.
    init(_ request: WebRequest, usual: Int = 30, now: Timestamp) throws(Refusal) {
        let text = request.query("days") ?? String(usual)
        guard let days = Int(text), (1...1830).contains(days) else {
            throw Refusal(
                field: "days", "out_of_range", "“\(text)” is no number of days between 1 and 1830.")
        }
        self.days = days
        range = now.adding(seconds: -Int64(days) * 86_400)..<now.adding(seconds: 1)
    }

    /// Links to the same page with the other periods.
    func links(_ path: String) -> HTML {
        let items = Self.choices.map { choice -> HTML in
            let name = choice == 365 ? "A year" : "\(choice) days"
            return
                "<a href=\"\(path)?days=\(String(choice))\"\(choice == days ? " aria-current=\"true\"" : .empty)>\(name)</a>"
        }
        return "<nav class=\"views\" aria-label=\"Period\">\(items)</nav>"
    }
}
