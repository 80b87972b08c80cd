import Domain
import Web

/// Lines and errors over time, drawn on the server: x in percent and y in pixels, so that one drawing fits any width.
struct AnalysisChart {
    let log: LogAnalysis

    /// The drawing with its table; empty where no line has a time.
    var html: HTML {
        guard log.slots.count > 1, let first = log.slots.first?.at, let last = log.slots.last?.at else {
            return .empty
        }
        let most = max(1, log.slots.map(\.all).max() ?? 1)
        let worst = log.slots.map(\.errors).max() ?? 0
        let slot = Self.length(log.slotSeconds)
        let all = log.slots.enumerated().map {
            bar($0.offset, $0.element.all, most, base: 60, height: 42, "b-all")
        }
        let bad = log.slots.enumerated().map {
            bar($0.offset, $0.element.errors, max(1, worst), base: 148, height: 40, "b-bad")
        }
        let end = last.adding(seconds: Int64(log.slotSeconds))
        let begin = Self.label(first, last: end)
        return """
            <figure class="card chart"><svg class="plot" role="img" aria-labelledby="ct cd" width="100%" height="170"><title id="ct">Lines and errors over time</title><desc id="cd">\(description(slot, most, worst))</desc>\(all)\(bad)<line class="ax" x1="0" x2="100%" y1="60.5" y2="60.5"/><line class="ax" x1="0" x2="100%" y1="148.5" y2="148.5"/>
            <text class="t-ink" x="0" y="12">Lines per \(slot)</text><text class="end" x="100%" y="12">peak \(grouped(most))</text><text class="t-bad" x="0" y="100">Errors per \(slot)</text><text class="end" x="100%" y="100">\(worst == 0 ? "none" : "peak \(grouped(worst))")</text><text x="0" y="166">\(begin)</text><text class="end" x="100%" y="166">\(Self.label(end, last: end))</text></svg>\(table)</figure>
            """
    }

    private func bar(_ index: Int, _ value: Int, _ most: Int, base: Int, height: Int, _ name: String) -> HTML
    {
        guard value > 0 else { return .empty }
        let width = 100 / Double(log.slots.count)
        let tall = max(1, Double(value) / Double(most) * Double(height))
        return """
            <rect class="\(name)" x="\(Self.round(Double(index) * width + width * 0.1))%" y="\(Self.round(Double(base) - tall))" width="\(Self.round(width * 0.8))%" height="\(Self.round(tall))"/>
            """
    }

    private func description(_ slot: String, _ most: Int, _ worst: Int) -> String {
        let errors = log.slots.reduce(0) { $0 + $1.errors }
        guard errors > 0, let begin = log.slots.first(where: { $0.errors > 0 }) else {
            return
                "\(grouped(log.lines)) lines in slots of \(slot), at most \(grouped(most)) in one. No errors."
        }
        return
            "\(grouped(log.lines)) lines in slots of \(slot), at most \(grouped(most)) in one. \(grouped(errors)) errors, the first at \(begin.at.day) \(begin.at.clock) UTC, at most \(grouped(worst)) in one slot."
    }

    private var table: HTML {
        let rows = log.slots.filter { $0.all > 0 }.prefix(200).map { slot -> HTML in
            """
            <tr><th scope="row">\(slot.at.day) \(slot.at.clock)</th><td class="num">\(grouped(slot.all))</td><td class="num">\(grouped(slot.warnings))</td><td class="num">\(grouped(slot.errors))</td></tr>
            """
        }
        return """
            <figcaption><details class="fold" id="ct-table"><summary>Same figures as a table</summary><table class="tbl plain-t"><thead><tr><th scope="col">From, UTC</th><th scope="col" class="num">Lines</th><th scope="col" class="num">Warnings</th><th scope="col" class="num">Errors</th></tr></thead><tbody>\(rows)</tbody></table></details></figcaption>
            """
    }

    /// The course of a pattern, small.
    static func spark(_ course: [Int], isTrouble: Bool) -> HTML {
        guard let most = course.max(), most > 0 else { return .empty }
        let width = 100 / Double(course.count)
        let bars = course.enumerated().map { index, value -> HTML in
            guard value > 0 else { return .empty }
            let tall = max(1, Double(value) / Double(most) * 17)
            return """
                <rect\(isTrouble ? " class=\"h\"" as HTML : .empty) x="\(round(Double(index) * width))%" y="\(round(18 - tall))" width="\(round(width * 0.8))%" height="\(round(tall))"/>
                """
        }
        return "<svg class=\"spark\" aria-hidden=\"true\" width=\"100%\" height=\"18\">\(bars)</svg>"
    }

    private static func round(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    /// `5 min`, `1 h`, `10 s`.
    static func length(_ seconds: Int) -> String {
        seconds < 60 ? "\(seconds) s" : durationWords(seconds: Int64(seconds))
    }

    private static func label(_ moment: Timestamp, last: Timestamp) -> HTML {
        "\(words(for: moment, now: last.adding(seconds: 86_400)))"
    }
}
