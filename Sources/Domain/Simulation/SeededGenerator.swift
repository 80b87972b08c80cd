/// Numbers that look like chance and follow from a seed: SplitMix64.
///
/// The same seed gives the same numbers on every machine; only whole numbers are computed with, since libraries differ
/// in the last digit of others. Source: Steele, Lea, Flood, “Fast splittable pseudorandom number generators”, 2014.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that follows from a seed.
    package init(seed: UInt64) { state = seed }

    /// A generator of its own for a part of what follows from a seed: it does not depend on what other parts drew.
    package init(seed: UInt64, part: UInt64) {
        var mixer = SeededGenerator(seed: seed)
        state = mixer.next() ^ (part &* 0x9e37_79b9_7f4a_7c15)
        _ = next()
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to one below a bound; 0 where the bound is 1 or less.
    package mutating func below(_ bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number of a range.
    package mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Whether something happens that happens so many times in a hundred.
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// One of several things, each as likely as the others.
    ///
    /// - Parameter items: at least one.
    package mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

    /// One of several things by their weights.
    ///
    /// - Parameter items: at least one, with a weight above 0 among them.
    package mutating func pick<Item>(weighted items: KeyValuePairs<Item, Int>) -> Item {
        var rest = below(items.reduce(0) { $0 + $1.value })
        for (item, weight) in items {
            if rest < weight { return item }
            rest -= weight
        }
        return items[items.count - 1].key
    }

    /// A place among so many of which the first are by far the most frequent, as with customers and their cases.
    package mutating func rank(of count: Int) -> Int {
        let (first, second) = (below(count), below(count))
        return chance(60) ? first * second / max(1, count) : min(first, second)
    }

    /// An amount around a usual one: mostly near it, now and then many times as much, as waiting times are.
    package mutating func around(_ usual: Int) -> Int {
        let octave = pick(weighted: [0: 8, 1: 17, 2: 25, 3: 25, 4: 14, 5: 8, 6: 3])
        let (from, to) = (max(1, (usual << octave) >> 4), max(2, (usual << octave) >> 3))
        return number(from...to)
    }
}
