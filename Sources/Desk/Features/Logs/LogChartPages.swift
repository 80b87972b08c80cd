import Diagnosis
import Domain
import Web

/// When the records of a log were written, as two lanes on one axis: all, and those that warn or tell of errors.
struct LogChart {
    let log: IndexedLog
    let ask: LogAsk
    let path: String
    /// What a filter finds; nil where the chart is of all records.
    let course: IndexedLog.Course?

    /// How many bars there are at most.
    static let bars = 120
    private static let heights = (all: 44, troubled: 28)

    private typealias Bin = LogActivity.Bin

    var html: HTML {
        let chart = (course?.activity ?? log.index.activity).chart(of: LogsJSON.range(ask), most: Self.bars)
        guard chart.bins.count > 1, let first = chart.bins.first, let last = chart.bins.last else {
            guard let course else { return .empty }
            return "<p class=\"f13 soft log-chart\">\(found(course))</p>"
        }
        let most = max(1, chart.bins.map(\.all).max() ?? 1)
        let worst = max(1, chart.bins.map { $0.warnings + $0.errors }.max() ?? 1)
        let hasTrouble = chart.bins.contains { $0.warnings + $0.errors > 0 }
        let step = 100 / Double(chart.bins.count)
        let height = Self.heights.all + (hasTrouble ? Self.heights.troubled + 6 : 0)
        let drawn = chart.bins.enumerated().filter { $0.element.all > 0 }.map { place, bin in
            bar(bin, x: Double(place) * step, width: step * 0.82, most: most, worst: worst, height)
        }
        let (from, to) = (
            Timestamp(microseconds: first.time), Timestamp(microseconds: last.time + chart.width)
        )
        let peak = chart.bins.max { $0.all < $1.all } ?? first
        let width = durationWords(seconds: max(1, chart.width / 1_000_000))
        let words: HTML =
            "Peak \(AnalysisPages.count(peak.all, "record")) in \(width), \(when(peak.time))\(hasTrouble ? trouble(chart.bins) : .empty)."
        let untimed = course?.untimed ?? log.index.records - log.index.timed
        let rest: HTML =
            untimed > 0 ? " \(grouped(Int(untimed))) records name no time and are not here." : .empty
        return """
            <figure class="card pad log-chart"><figcaption class="lbl"><span>Records from \(when(from.microseconds)) to \(when(to.microseconds)) UTC, \(width) a bar</span></figcaption><svg role="group" aria-label="Records over time; each bar leads to its first line" width="100%" height="\(height)">\(drawn)</svg><p class="f13 soft">\(course.map(found) ?? .empty)\(words)\(rest)</p>\(table(chart.bins))</figure>
            """
    }

    /// How much a filter finds, and how far it was counted.
    private func found(_ course: IndexedLog.Course) -> HTML {
        let count: HTML = "The filter finds \(AnalysisPages.count(Int(course.records), "record"))"
        guard let next = course.next else { return "\(count). " }
        return "\(count) up to line \(grouped(Int(next - 1))); what comes later is not counted. "
    }

    private func trouble(_ bins: [LogActivity.Bin]) -> HTML {
        let worst = bins.max { $0.warnings + $0.errors < $1.warnings + $1.errors } ?? bins[0]
        return "; most warnings and errors, \(grouped(worst.warnings + worst.errors)), \(when(worst.time))"
    }

    private func when(_ time: Int64) -> HTML {
        let moment = Timestamp(microseconds: time)
        return universalTime(moment, now: moment.adding(seconds: 86_400))
    }

    private func link(_ bin: LogActivity.Bin) -> String {
        let link = ask.link(to: path) { $0.line = nil }
        return "\(link)\(link.contains("?") ? "&" : "?")time=\(percentEncoded(LogTime.text(bin.time)))"
    }

    private func bar(
        _ bin: LogActivity.Bin, x: Double, width: Double, most: Int, worst: Int, _ height: Int
    ) -> HTML {
        let tall = max(1, Int((Double(bin.all) / Double(most) * Double(Self.heights.all)).rounded()))
        var shapes: HTML = """
            <rect class="hit" x="\(percent(x))" y="0" width="\(percent(width / 0.82))" height="\(height)"/><rect class="all" x="\(percent(x))" y="\(Self.heights.all - tall)" width="\(percent(width))" height="\(tall)"/>
            """
        let troubled = bin.warnings + bin.errors
        if troubled > 0 {
            let whole = max(
                2, Int((Double(troubled) / Double(worst) * Double(Self.heights.troubled)).rounded()))
            let bad =
                bin.errors == 0
                ? 0 : max(1, Int((Double(whole) * Double(bin.errors) / Double(troubled)).rounded()))
            let base = Self.heights.all + 6 + Self.heights.troubled
            if whole > bad {
                shapes += """
                    <rect class="warn" x="\(percent(x))" y="\(base - whole)" width="\(percent(width))" height="\(whole - bad)"/>
                    """
            }
            if bad > 0 {
                shapes += """
                    <rect class="bad" x="\(percent(x))" y="\(base - bad)" width="\(percent(width))" height="\(bad)"/>
                    """
            }
        }
        // The table below has the same links for keyboards and screen readers.
        return
            "<a href=\"\(link(bin))\" tabindex=\"-1\" aria-hidden=\"true\"><title>\(label(bin))</title>\(shapes)</a>"
    }

    private func label(_ bin: LogActivity.Bin) -> String {
        "\(LogTime.text(bin.time)): \(AnalysisPages.count(bin.all, "record")), \(AnalysisPages.count(bin.warnings, "warning")), \(AnalysisPages.count(bin.errors, "error"))"
    }

    private func table(_ bins: [LogActivity.Bin]) -> HTML {
        let rows = bins.filter { $0.all > 0 }.map { bin -> HTML in
            """
            <tr role="row"><th scope="row" role="rowheader"><a href="\(link(bin))">\(LogTime.text(bin.time))</a></th><td role="cell" data-label="Records">\(grouped(bin.all))</td><td role="cell" data-label="Warnings">\(grouped(bin.warnings))</td><td role="cell" data-label="Errors">\(grouped(bin.errors))</td></tr>
            """
        }
        return """
            <details class="fold"><summary>The same as a table</summary><div class="log-table" tabindex="0" role="region" aria-label="Records over time"><table class="tbl" role="table" aria-label="Records over time"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">From, UTC</th><th scope="col" role="columnheader">Records</th><th scope="col" role="columnheader">Warnings</th><th scope="col" role="columnheader">Errors</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></details>
            """
    }

    private func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)%" }
}
