/// The fields of an input and how to build it: no macro and no reflection, so a wrong type or order does not compile.
package struct Fields<Input: Sendable>: Sendable {
    /// The fields, in the order of the form.
    package let descriptions: [FieldDescription]
    /// Reads all fields at once.
    /// - Throws: a `Refusal` that lists every problem, and unknown names.
    package let parse: @Sendable (RawInput, Policy) throws(Refusal) -> Input

    /// The fields that `make` takes, in its order.
    package init<each Value: Sendable>(
        _ make: @escaping @Sendable (repeat each Value) -> Input, _ field: repeat Field<each Value>
    ) {
        var descriptions: [FieldDescription] = []
        for one in repeat each field { descriptions.append(one.description) }
        self.descriptions = descriptions
        let names = descriptions.map(\.name)
        let all = descriptions
        parse = { (raw: RawInput, policy: Policy) throws(Refusal) -> Input in
            var problems: [Refusal.Problem] = []
            let raw = raw.gathering(all)
            let parsed = (repeat (each field).read(raw[(each field).description.name], policy))
            for one in repeat each parsed {
                if case .failure(let problem) = one { problems += problem.problems }
            }
            for name in raw.values.keys.sorted() where !names.contains(name) {
                let hint = nearest(to: name, in: names).map { " Did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        field: name, code: "unknown_field",
                        message: "There is no field “\(name)” here.\(hint)"))
            }
            guard problems.isEmpty else { throw Refusal(problems: problems) }
            do {
                return make(repeat try (each parsed).get())
            } catch {
                throw Refusal(.invalid, "invalid_input", "The input could not be read.")
            }
        }
    }
}

/// The name that was probably meant: the nearest by edit distance, if it is near at all.
/// - Parameter slips: the most slips of the keyboard that are forgiven; nil for two, or a third of a long name.
package func nearest(to name: String, in names: [String], slips: Int? = nil) -> String? {
    let ranked = names.map { (name: $0, distance: editDistance(Array(name.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }),
        best.distance <= slips ?? max(2, name.count / 3)
    else {
        return nil
    }
    return best.name
}

/// How many letters are wrong, missing, too many, or swapped with the next one (Damerau's distance where no letter is
/// changed twice), O(left × right).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard left.count < 100, right.count < 100 else { return .max }
    var (before, row) = ([Int](), Array(0...right.count))
    for (i, a) in left.enumerated() {
        var next = [i + 1]
        for (j, b) in right.enumerated() {
            var least = Swift.min(next[j] + 1, row[j + 1] + 1, row[j] + (a == b ? 0 : 1))
            if i > 0, j > 0, a == right[j - 1], b == left[i - 1] {
                least = Swift.min(least, before[j - 1] + 1)
            }
            next.append(least)
        }
        (before, row) = (row, next)
    }
    return row[right.count]
}
