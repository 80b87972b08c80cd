extension DiagnosisReport {
    /// One HTML page that needs nothing else: no script, no font, no image from anywhere.
    ///
    /// It shows what was read, a histogram, the findings with the cited lines, the patterns and the logs. What
    /// comes from a log is text and nothing else. It follows the light or dark setting and prints.
    public var html: String {
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Diagnosis of \(Self.escaped(title))</title>
            <style>\(Self.style)</style></head><body><main>
            <h1>Diagnosis of \(Self.escaped(title))</h1>

            """
        page += "<p>" + summary.map(Self.escaped).joined(separator: "<br>") + "</p>\n"
        if !problems.isEmpty {
            page += "<details open><summary>Not read</summary><ul>"
            page += problems.map { "<li>\(Self.escaped($0))</li>" }.joined() + "</ul></details>\n"
        }
        page += histogram
        page += "<h2 id=\"findings\">Findings</h2>\n"
        if diagnosis.findings.isEmpty {
            page += "<p>\(emptiness)</p>\n"
        } else {
            page += "<ol class=\"list\">"
            for (index, finding) in diagnosis.findings.enumerated() {
                page +=
                    "<li><a href=\"#f\(index + 1)\">\(Self.escaped(finding.title))</a> <span class=\"tag \(finding.severity.rawValue)\">\(finding.severity.rawValue)</span></li>"
            }
            page += "</ol>\n"
            for (index, finding) in diagnosis.findings.enumerated() { page += article(finding, index + 1) }
        }
        page += patterns + sources
        return page + "</main></body></html>\n"
    }

    private var title: String {
        let names = diagnosis.sources.filter { $0.role == .subject }.map(\.name)
        guard let first = names.first else { return "nothing" }
        return names.count > 1 ? "\(first) and \(names.count - 1) more" : first
    }

    // MARK: Findings

    private func article(_ finding: Finding, _ number: Int) -> String {
        var text = "<article id=\"f\(number)\"><h3>\(number). \(Self.escaped(finding.title))</h3>"
        text += "<p><span class=\"tag \(finding.severity.rawValue)\">\(finding.severity.rawValue)</span> "
        text += "\(Self.escaped(finding.why)) \(certainty(finding))</p>"
        for (index, citation) in finding.citations.enumerated() {
            text += cited(citation, "f\(number)c\(index + 1)")
        }
        return text + "<p><b>Next:</b> \(Self.escaped(finding.nextTest))</p></article>\n"
    }

    /// The cited lines with their numbers, each with an address of its own.
    private func cited(_ citation: Citation, _ anchor: String) -> String {
        let last = citation.lines.count > 1 ? " to \(Phrase.grouped(citation.lines.upperBound))" : ""
        var text =
            "<figure id=\"\(anchor)\"><figcaption><a href=\"#\(anchor)\">\(Self.escaped(citation.source)), line \(Phrase.grouped(citation.lines.lowerBound))\(last)</a></figcaption>"
        if let excerpt = citation.excerpt {
            text += "<pre>"
            for (offset, line) in excerpt.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                text +=
                    "<span class=\"n\">\(citation.lines.lowerBound + offset)</span> \(Self.escaped(String(line.prefix(400))))\n"
            }
            text += "</pre>"
        }
        return text + "</figure>"
    }

    // MARK: Histogram

    private var histogram: String {
        let slots = diagnosis.histogram.slots
        guard slots.count > 1, let most = slots.map(\.all).max(), most > 0, let first = slots.first,
            let last = slots.last
        else { return "" }
        let height = 120.0
        let step = 960.0 / Double(slots.count)
        func short(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
        var bars = ""
        for (index, slot) in slots.enumerated() where slot.all > 0 {
            let x = short(Double(index) * step)
            let width = short(max(step - 1, 0.8))
            var base = height
            let parts = [
                ("e", slot.errors), ("w", slot.warnings),
                ("a", max(0, slot.all - slot.errors - slot.warnings)),
            ]
            bars +=
                "<g><title>\(Phrase.time(slot.time)): \(Phrase.count(slot.all, "line")), \(Phrase.grouped(slot.warnings)) warning, \(Phrase.grouped(slot.errors)) with errors</title>"
            for (name, count) in parts where count > 0 {
                // What is there can be seen, however little it is.
                let length = max(Double(count) / Double(most) * height, name == "a" ? 1 : 2)
                base -= length
                bars +=
                    "<rect class=\"\(name)\" x=\"\(x)\" y=\"\(short(max(0, base)))\" width=\"\(width)\" height=\"\(short(length))\"/>"
            }
            bars += "</g>"
        }
        let width = Phrase.duration(diagnosis.histogram.width)
        return """
            <h2>Lines over time</h2>
            <svg viewBox="0 0 960 124" role="img" aria-label="Lines over time, from \(Phrase.time(first.time)) to \(Phrase.time(last.time)), at most \(Phrase.grouped(most)) in \(width)">\(bars)</svg>
            <p class="axis"><span>\(Phrase.time(first.time))</span><span>\(width) a bar, at most \(Phrase.count(most, "line"))</span><span>\(Phrase.time(last.time + diagnosis.histogram.width))</span></p>
            <p class="key"><i class="e"></i> errors <i class="w"></i> warnings <i class="a"></i> other lines</p>

            """
    }

    // MARK: Tables

    private var patterns: String {
        let shown = diagnosis.templates.templates.prefix(200)
        guard !shown.isEmpty else { return "" }
        var text =
            "<h2 id=\"patterns\">Patterns</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"r\">Lines</th><th>Level</th><th>Pattern</th><th>ID</th></tr></thead><tbody>"
        for template in shown {
            let level = template.worst?.name ?? ""
            text += "<tr><td class=\"r\">\(Phrase.grouped(template.count))</td><td>\(level)</td>"
            text +=
                "<td class=\"m\">\(Self.escaped(Phrase.clip(template.text, 300)))</td><td class=\"m d\">\(template.id)</td></tr>"
        }
        text += "</tbody></table></div>\n"
        let more = diagnosis.templates.templates.count - shown.count
        return more > 0 ? text + "<p>and \(Phrase.grouped(more)) more, less frequent ones</p>\n" : text
    }

    private var sources: String {
        var text =
            "<h2 id=\"logs\">Logs</h2>\n<div class=\"scroll\"><table><thead><tr><th>Log</th><th>Form</th><th class=\"r\">Lines</th><th>From</th><th>To</th></tr></thead><tbody>"
        for source in diagnosis.sources.prefix(500) {
            let role = source.role == .baseline ? " (compared with)" : ""
            text +=
                "<tr><td class=\"m\">\(Self.escaped(source.name))\(role)</td><td>\(Self.escaped(source.form))</td>"
            text += "<td class=\"r\">\(Phrase.grouped(source.counts.lines))</td>"
            let times = source.times
            text +=
                "<td>\(times.map { Phrase.time($0.lowerBound) } ?? "")</td><td>\(times.map { Phrase.time($0.upperBound) } ?? "")</td></tr>"
        }
        return text + "</tbody></table></div>\n"
    }

    /// Text as text: what a log holds is never markup; control characters become visible.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t": result += " "
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d8dee4;--soft:#f5f7f9;--e:#c62828;--w:#a15c00;--a:#8ba3bd;--link:#0b57b7}
        @media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e4e8ec;--dim:#9aa5b1;--line:#30363d;--soft:#1c2127;--e:#ff7b72;--w:#e3a03c;--a:#5a7594;--link:#7ab7ff}}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
        main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
        h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1.05rem;margin:0 0 .5rem;overflow-wrap:anywhere}
        a{color:var(--link)}article{border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}
        figure{margin:.75rem 0}figcaption{font-size:.875rem;overflow-wrap:anywhere}figure:target pre{outline:2px solid var(--link)}
        pre{background:var(--soft);padding:.5rem .75rem;margin:.25rem 0 0;overflow-x:auto;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
        .n{color:var(--dim);user-select:none}.list li{margin:.25rem 0;overflow-wrap:anywhere}
        .tag{font-size:.75rem;border:1px solid currentColor;border-radius:4px;padding:0 .35rem;white-space:nowrap;color:var(--dim)}
        .tag.critical,.tag.high{color:var(--e)}.tag.medium{color:var(--w)}
        svg{width:100%;height:auto;display:block;border-bottom:1px solid var(--line)}
        rect.e,i.e{fill:var(--e);background:var(--e)}rect.w,i.w{fill:var(--w);background:var(--w)}rect.a,i.a{fill:var(--a);background:var(--a)}
        .axis{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.5rem;font-size:.8rem;color:var(--dim);margin:.25rem 0}
        .key{font-size:.8rem;color:var(--dim)}.key i{display:inline-block;width:.7rem;height:.7rem;margin-left:.75rem}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.875rem}
        th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        .r{text-align:right}.m{font-family:ui-monospace,monospace;font-size:.8rem;overflow-wrap:anywhere;min-width:8rem}.d{color:var(--dim)}
        """
}
