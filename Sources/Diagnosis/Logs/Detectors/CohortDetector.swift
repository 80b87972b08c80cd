/// What failed records have in common that good ones have not, and since when.
///
/// For each value of each field, each limit of a number or date, and each pair of the best ones, the share of
/// failures with it is compared with that without it (G-test, corrected for how many were tried).
enum CohortDetector {
    /// A condition on one field.
    private struct Condition {
        enum Test {
            case equals(UInt32)
            /// At least this number, by `ranks`.
            case atLeast(Double)
            case below(Double)
        }
        var key: UInt32
        var test: Test
        var text: String
    }

    /// How failures divide by a condition.
    private struct Split {
        var condition: [Condition]
        /// Failures and good records in the samples that meet it.
        var failed: Int
        var good: Int
        var failures: [Int]
        var score: Double
        var chance: Double
        var rateInside: Double
        var rateOutside: Double
        var text: String { condition.map(\.text).joined(separator: " and ") }
    }

    static func findings(_ evidence: LogEvidence) -> [Finding] {
        let sample = evidence.digest.outcomes
        guard sample.failed.count >= 8, sample.good.count >= 50, sample.successes > sample.failures else {
            return []
        }
        let table = Table(sample)
        var splits = table.splits()
        guard let first = splits.first else { return [] }
        let ranked = splits
        // A pair must say clearly more than each of its halves.
        var best = first
        splits.removeFirst()
        if let pair = table.refined(first, with: Array(splits.prefix(12))) { best = pair }
        guard best.chance < 1e-4, best.failed >= 6, best.rateInside > 3 * max(best.rateOutside, 1e-9) else {
            return []
        }
        return [finding(best, ranked, table, evidence)].compactMap { $0 }
    }

    /// - Parameter ranked: all that divide failures from the rest by one attribute, the clearest first.
    private static func finding(
        _ split: Split, _ ranked: [Split], _ table: Table, _ evidence: LogEvidence
    ) -> Finding? {
        let sample = evidence.digest.outcomes
        let rows = split.failures.map { sample.failed[$0] }.sorted { $0.line < $1.line }
        guard let firstRow = rows.first else { return nil }
        let onset = table.onset(split.condition)
        var citations: [Citation] = []
        func cite(_ line: Int, _ at: Int64?) {
            guard let citation = evidence.cite(line, says: table.says(split.condition[0]), at: at) else {
                return
            }
            if !citations.contains(where: { $0.source == citation.source && $0.lines == citation.lines }) {
                citations.append(citation)
            }
        }
        cite(onset?.line ?? firstRow.line, onset?.time ?? firstRow.time)
        for row in rows.prefix(3) { cite(row.line, row.time) }
        guard !citations.isEmpty else { return nil }
        let share = Double(split.failed) / Double(max(1, table.failedWith(split.condition[0].key)))
        let all = Double(sample.failures) / Double(max(1, sample.failures + sample.successes))
        var why =
            "Of records with \(split.text), \(Phrase.percent(split.rateInside)) fail; of the others \(Phrase.percent(split.rateOutside)) (overall \(Phrase.percent(all))). "
            + "\(Phrase.percent(share)) of the failures have it. "
        why += "By chance that would come about less than once in \(chanceText(split.chance)) such searches."
        let others = ranked.filter { other in
            !split.condition.contains { $0.key == other.condition[0].key }
        }.prefix(2)
        if !others.isEmpty {
            let words = others.map {
                "\($0.text) (\(Phrase.percent($0.rateInside)) against \(Phrase.percent($0.rateOutside)))"
            }
            why += " Less clearly: \(words.joined(separator: ", "))."
        }
        if let onset {
            why +=
                " It begins at \(Phrase.time(onset.time)): before, \(onset.failedBefore) of \(onset.before) such records in the sample failed, since then \(onset.failedSince) of \(onset.since)."
        }
        return Finding(
            kind: "log.cohort",
            title:
                "Failures go with \(split.text): \(Phrase.percent(split.rateInside)) fail, otherwise \(Phrase.percent(split.rateOutside))",
            severity: .high, confidence: min(0.95, 0.7 + share * 0.25), why: why,
            nextTest:
                "Repeat one failing request with \(split.condition[0].text) changed and all else equal; what is common to them may stand for another cause.",
            times: rows.compactMap(\.time).min().flatMap { first in
                rows.compactMap(\.time).max().map {
                    (onset.map { max($0.time, first) } ?? first)...max($0, first)
                }
            },
            count: split.failed, subjects: [], citations: Array(citations.prefix(4)),
            details: JSONObject(members: [
                ("condition", .string(split.text)),
                ("failure_share_inside", .init(floatLiteral: split.rateInside)),
                ("failure_share_outside", .init(floatLiteral: split.rateOutside)),
                ("share_of_failures", .init(floatLiteral: share)),
                ("p_value", .init(floatLiteral: split.chance)),
                (
                    "ranked",
                    .array(
                        ranked.prefix(10).map {
                            [
                                "condition": .string($0.text),
                                "failure_share_inside": .init(floatLiteral: $0.rateInside),
                                "failure_share_outside": .init(floatLiteral: $0.rateOutside),
                                "p_value": .init(floatLiteral: $0.chance),
                            ]
                        })
                ),
                ("onset", onset.map { .string(LogTime.text($0.time)) } ?? .null),
            ]))
    }

    private static func chanceText(_ chance: Double) -> String {
        if chance < 1e-9 { return "a billion" }
        if chance < 1e-6 { return "a million" }
        return "10,000"
    }

    // MARK: The table of samples

    private struct Onset {
        var time: Int64
        var line: Int
        var before: Int
        var failedBefore: Int
        var since: Int
        var failedSince: Int
    }

    private struct Table {
        let sample: OutcomeSample
        /// How many records each sampled one stands for.
        let failedWeight: Double
        let goodWeight: Double
        /// For each key, which rows have it with which value.
        private var failedRows: [UInt32: [(row: Int, value: UInt32)]] = [:]
        private var goodRows: [UInt32: [(row: Int, value: UInt32)]] = [:]

        init(_ sample: OutcomeSample) {
            self.sample = sample
            failedWeight = Double(sample.failures) / Double(max(1, sample.failed.count))
            goodWeight = Double(sample.successes) / Double(max(1, sample.good.count))
            for (index, row) in sample.failed.enumerated() {
                for field in row.fields { failedRows[field.key, default: []].append((index, field.value)) }
            }
            for (index, row) in sample.good.enumerated() {
                for field in row.fields { goodRows[field.key, default: []].append((index, field.value)) }
            }
        }

        func failedWith(_ key: UInt32) -> Int { failedRows[key]?.count ?? 0 }

        func says(_ condition: Condition) -> String { sample.texts.text(condition.key) }

        /// All conditions on one field that divide failures from good records, the clearest first.
        func splits() -> [Split] {
            var tried = 0
            var found: [Split] = []
            for (key, failed) in failedRows.sorted(by: { $0.key < $1.key }) {
                let good = goodRows[key] ?? []
                // A field that only failures have is a consequence; one that tells the outcome is no attribute.
                guard failed.count >= 6, good.count >= 30, good.count * 20 >= sample.good.count else {
                    continue
                }
                let name = sample.texts.text(key)
                if isOutcome(name) { continue }
                let (texts, distinct) = values(failed, good)
                var candidates: [Split] = []
                if distinct * 2 < failed.count + good.count {
                    var counts: [UInt32: (failed: [Int], good: Int)] = [:]
                    for (row, value) in failed { counts[value, default: ([], 0)].failed.append(row) }
                    for (_, value) in good where counts[value] != nil { counts[value]?.good += 1 }
                    for (value, count) in counts.sorted(by: { $0.key < $1.key }) where count.failed.count >= 5
                    {
                        tried += 1
                        let text = "\(name) = \(sample.texts.text(value))"
                        candidates.append(
                            split(
                                Condition(key: key, test: .equals(value), text: text), count.failed,
                                count.good,
                                failed.count, good.count))
                    }
                }
                if let limit = limits(key, name, failed, good, texts) {
                    tried += 40
                    candidates.append(limit)
                }
                found += candidates
            }
            return found.map { split in
                var split = split
                split.chance = min(1, split.chance * Double(max(1, tried)))
                return split
            }
            .filter { $0.chance < 1e-3 && $0.rateInside > $0.rateOutside }
            .sorted { ($1.score, $0.text) < ($0.score, $1.text) }
        }

        private func isOutcome(_ name: String) -> Bool {
            name.withLineBytes { FieldMeaning.shared.role(of: $0) } != FieldMeaning.Role.none
        }

        private func values(_ failed: [(row: Int, value: UInt32)], _ good: [(row: Int, value: UInt32)])
            -> (Set<UInt32>, Int)
        {
            var set: Set<UInt32> = []
            for item in failed { set.insert(item.value) }
            for item in good { set.insert(item.value) }
            return (set, set.count)
        }

        private func split(
            _ condition: Condition, _ failures: [Int], _ good: Int, _ failedAll: Int, _ goodAll: Int
        ) -> Split {
            let inside = (
                hits: Double(failures.count) * failedWeight,
                all: Double(failures.count) * failedWeight + Double(good) * goodWeight
            )
            let outside = (
                hits: Double(failedAll - failures.count) * failedWeight,
                all: Double(failedAll - failures.count) * failedWeight + Double(goodAll - good) * goodWeight
            )
            // The test is on the sampled counts: what was not seen proves nothing.
            let chance = Chance.shares(
                (Double(failures.count), Double(failures.count + good)),
                (Double(failedAll - failures.count), Double(failedAll - failures.count + goodAll - good)))
            let rateInside = inside.all > 0 ? inside.hits / inside.all : 0
            let rateOutside = outside.all > 0 ? outside.hits / outside.all : 0
            // How much of the failures it explains, times how much likelier it makes them.
            let coverage = Double(failures.count) / Double(max(1, failedAll))
            let lift = rateInside / max(rateOutside, rateInside / 1000, 1e-9)
            return Split(
                condition: [condition], failed: failures.count, good: good, failures: failures,
                score: chance < 1e-3 ? coverage * min(lift, 50) : 0, chance: chance, rateInside: rateInside,
                rateOutside: rateOutside)
        }

        /// The limit of a number or date that divides best.
        private func limits(
            _ key: UInt32, _ name: String, _ failed: [(row: Int, value: UInt32)],
            _ good: [(row: Int, value: UInt32)],
            _ values: Set<UInt32>
        ) -> Split? {
            guard values.count >= 8 else { return nil }
            var ranks: [UInt32: Double] = [:]
            for value in values {
                guard let rank = rank(sample.texts.text(value)) else { return nil }
                ranks[value] = rank
            }
            let sorted = Set(ranks.values).sorted()
            guard sorted.count >= 8 else { return nil }
            let failedRanks = failed.compactMap { ranks[$0.value] }.sorted()
            let goodRanks = good.compactMap { ranks[$0.value] }.sorted()
            var best: (limit: Double, isAbove: Bool, chance: Double)?
            for step in 1..<40 {
                let limit = sorted[sorted.count * step / 40]
                let (f, g) = (below(failedRanks, limit), below(goodRanks, limit))
                let chance = Chance.shares(
                    (Double(failedRanks.count - f), Double(failedRanks.count - f + goodRanks.count - g)),
                    (Double(f), Double(f + g)))
                if chance < best?.chance ?? 1 {
                    let above =
                        Double(failedRanks.count - f)
                        / Double(max(1, failedRanks.count - f + goodRanks.count - g))
                    let under = Double(f) / Double(max(1, f + g))
                    best = (limit, above > under, chance)
                }
            }
            guard let best else { return nil }
            // As it is written, in the value nearest to the limit.
            let word =
                ranks.filter { $0.value == best.limit }.keys.map { sample.texts.text($0) }.min()
                ?? "\(best.limit)"
            let condition = Condition(
                key: key, test: best.isAbove ? .atLeast(best.limit) : .below(best.limit),
                text: best.isAbove ? "\(name) from \(word) on" : "\(name) below \(word)")
            let rows = failed.filter { meets($0.value, condition) }.map(\.row)
            return split(
                condition, rows, good.filter { meets($0.value, condition) }.count, failed.count, good.count)
        }

        private func below(_ sorted: [Double], _ limit: Double) -> Int {
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < limit { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// A number, or a date or time as microseconds.
        private func rank(_ text: String) -> Double? {
            text.withLineBytes { line -> Double? in
                if let (number, end) = Decimal.read(line, at: 0), end == line.count { return number }
                guard line.count >= 8, let stamp = Stamp.parse(line, at: 0, takesTrailingYear: false),
                    stamp.end == line.count,
                    stamp.parts.isSuperset(of: [.year, .date])
                else { return nil }
                var reader = TimeReader(LogTimeBasis())
                return reader.time(stamp).map(Double.init)
            }
        }

        private func meets(_ value: UInt32, _ condition: Condition) -> Bool {
            switch condition.test {
            case .equals(let wanted): return value == wanted
            case .atLeast(let limit): return (rank(sample.texts.text(value)) ?? -.infinity) >= limit
            case .below(let limit): return (rank(sample.texts.text(value)) ?? .infinity) < limit
            }
        }

        private func meets(_ row: OutcomeSample.Row, _ conditions: [Condition]) -> Bool {
            conditions.allSatisfy { condition in
                row.fields.contains { $0.key == condition.key && meets($0.value, condition) }
            }
        }

        /// The condition with another one added, where both together say clearly more.
        func refined(_ first: Split, with others: [Split]) -> Split? {
            var best: Split?
            for other in others where other.condition[0].key != first.condition[0].key {
                let conditions = first.condition + other.condition
                let failures = sample.failed.indices.filter { meets(sample.failed[$0], conditions) }
                let good = sample.good.reduce(0) { $0 + (meets($1, conditions) ? 1 : 0) }
                guard failures.count >= 6, failures.count * 10 >= first.failed * 8 else { continue }
                var pair = split(first.condition[0], failures, good, sample.failed.count, sample.good.count)
                pair.condition = conditions
                guard pair.rateInside > 2 * first.rateInside else { continue }
                if pair.rateInside > best?.rateInside ?? 0 { best = pair }
            }
            best?.chance = first.chance
            return best
        }

        /// Since when records that meet the conditions fail, by the likeliest change of their rate.
        func onset(_ conditions: [Condition]) -> Onset? {
            var rows: [(time: Int64, line: Int, failed: Bool)] = []
            for row in sample.failed where meets(row, conditions) {
                if let time = row.time { rows.append((time, row.line, true)) }
            }
            for row in sample.good where meets(row, conditions) {
                if let time = row.time { rows.append((time, row.line, false)) }
            }
            rows.sort { ($0.time, $0.line) < ($1.time, $1.line) }
            let failed = rows.reduce(0) { $0 + ($1.failed ? 1 : 0) }
            guard rows.count >= 20, failed >= 5 else { return nil }
            var best: (index: Int, chance: Double)?
            var before = 0
            for (index, row) in rows.enumerated() {
                if row.failed, index >= 8 {
                    let chance = Chance.shares(
                        (Double(failed - before), Double(rows.count - index)), (Double(before), Double(index))
                    )
                    let later = Double(failed - before) / Double(rows.count - index)
                    if later > 3 * Double(before) / Double(index), chance < best?.chance ?? 1e-4 {
                        best = (index, chance)
                    }
                }
                if row.failed { before += 1 }
            }
            guard let best else { return nil }
            let failedBefore = rows[..<best.index].reduce(0) { $0 + ($1.failed ? 1 : 0) }
            return Onset(
                time: rows[best.index].time, line: rows[best.index].line, before: best.index,
                failedBefore: failedBefore, since: rows.count - best.index, failedSince: failed - failedBefore
            )
        }
    }
}
