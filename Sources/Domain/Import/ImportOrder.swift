/// Something about a case's rows that the file leaves unexplained.
///
/// The rows are imported all the same.
package struct ImportOddity: Equatable, Sendable {
    /// The kinds of oddity.
    package enum Kind: String, Sendable, CaseIterable {
        /// Numbers between the lowest and the highest are missing.
        case gap
        /// A number stands in more than one row.
        case double
        /// A number is lower than that of the row before.
        case backwards
        /// A moment is earlier than that of the row before.
        case timeBackwards = "time_backwards"
        /// The number is missing or is none.
        case unreadable
    }

    /// What is odd.
    package var kind: Kind
    /// The outside number of the case.
    package var number: String
    /// Where: “2, 5–7 missing”.
    package var detail: String
}

/// Follows a number that should rise by one from row to row of a case.
///
/// - A *gap*: a number between the lowest and the highest of the case stands in none of its rows.
/// - A *double*: a number stands in two or more of its rows.
/// - *Backwards*: a row has a lower number than the row of the case before it in the file.
package struct ImportOrder: Sendable {
    private struct Trail: Sendable {
        /// The numbers that were seen, as ranges in ascending order.
        var seen: [ClosedRange<Int>] = []
        var doubles: [Int] = []
        var steps: [String] = []
        var timeSteps: [String] = []
        var unreadable: [Int] = []
        var last: Int?
        var lastTime: Timestamp?
    }

    private var trails: [String: Trail] = [:]
    private var order: [String] = []

    /// A check that has seen nothing.
    package init() {}

    /// Takes in the next row of the file; `text` is the number as it stands, nil where there is none to check.
    package mutating func note(_ number: String, text: String?, time: Timestamp?, line: Int) {
        if trails[number] == nil { order.append(number) }
        var trail = trails[number] ?? Trail()
        if let text { Self.note(text, line: line, in: &trail) }
        if let time {
            if let last = trail.lastTime, time < last {
                trail.timeSteps.append("\(last) to \(time) in line \(line)")
            }
            trail.lastTime = time
        }
        trails[number] = trail
    }

    private static func note(_ text: String, line: Int, in trail: inout Trail) {
        guard let value = Int(text), value.magnitude < 1_000_000_000_000 else {
            trail.unreadable.append(line)
            return
        }
        if let last = trail.last, value < last { trail.steps.append("\(last) to \(value) in line \(line)") }
        trail.last = value
        if !insert(value, into: &trail.seen), !trail.doubles.contains(value) { trail.doubles.append(value) }
    }

    /// Adds a number to the ranges; false where it was there.
    private static func insert(_ value: Int, into ranges: inout [ClosedRange<Int>]) -> Bool {
        // Files mostly count upwards, so the search begins at the end.
        let index = ranges.lastIndex { $0.lowerBound <= value }
        if let index, ranges[index].upperBound >= value { return false }
        let joinsLeft = index.map { ranges[$0].upperBound == value - 1 } ?? false
        let next = index.map { $0 + 1 } ?? 0
        let joinsRight = next < ranges.count && ranges[next].lowerBound == value + 1
        switch (joinsLeft ? index : nil, joinsRight) {
        case (let left?, true):
            ranges[left] = ranges[left].lowerBound...ranges[next].upperBound
            ranges.remove(at: next)
        case (let left?, false): ranges[left] = ranges[left].lowerBound...value
        case (nil, true): ranges[next] = value...ranges[next].upperBound
        case (nil, false): ranges.insert(value...value, at: next)
        }
        return true
    }

    /// What was odd, in the order of the cases in the file.
    package var oddities: [ImportOddity] {
        order.flatMap { number -> [ImportOddity] in
            guard let trail = trails[number] else { return [] }
            return Self.details(trail).map { ImportOddity(kind: $0.kind, number: number, detail: $0.text) }
        }
    }

    private static func details(_ trail: Trail) -> [(kind: ImportOddity.Kind, text: String)] {
        let gaps = zip(trail.seen, trail.seen.dropFirst()).map { ($0.upperBound + 1)...($1.lowerBound - 1) }
        var found: [(kind: ImportOddity.Kind, text: String)] = []
        if !gaps.isEmpty { found.append((.gap, list(gaps.map(words)) + " missing")) }
        if !trail.doubles.isEmpty {
            found.append((.double, list(trail.doubles.map(String.init)) + " more than once"))
        }
        if !trail.steps.isEmpty { found.append((.backwards, "from " + list(trail.steps))) }
        if !trail.timeSteps.isEmpty { found.append((.timeBackwards, "from " + list(trail.timeSteps))) }
        if !trail.unreadable.isEmpty {
            found.append((.unreadable, "line " + list(trail.unreadable.map(String.init))))
        }
        return found
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
    }

    private static func list(_ items: [String]) -> String {
        let rest = items.count > 8 ? " and \(items.count - 8) more" : ""
        return items.prefix(8).joined(separator: ", ") + rest
    }
}
