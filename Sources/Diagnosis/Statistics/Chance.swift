import Glibc

/// How likely counts are to come about by chance.
enum Chance {
    /// The two-sided p-value of a standard normal deviate.
    static func normal(_ deviate: Double) -> Double { erfc(abs(deviate) / 2.0.squareRoot()) }

    /// The logarithm (base e) of the chance of at least `count` events where `expected` were to come (Poisson).
    ///
    /// An upper bound (Chernoff), exact enough for logs of small chances. 0 where the count is not above it.
    static func logPoissonTail(atLeast count: Double, expected: Double) -> Double {
        guard count > expected, expected > 0 else { return count > expected ? -700 : 0 }
        return -(expected - count + count * log(count / expected))
    }

    /// The p-value of a difference between two shares, by the G-test with one degree of freedom.
    ///
    /// Cells below five are no matter for G as long as the sums are not tiny; callers ask for five failures.
    static func shares(_ first: (hits: Double, all: Double), _ second: (hits: Double, all: Double)) -> Double
    {
        let all = first.all + second.all
        let hits = first.hits + second.hits
        guard all > 0, hits > 0, hits < all, first.all > 0, second.all > 0 else { return 1 }
        func part(_ seen: Double, _ row: Double, _ column: Double) -> Double {
            seen > 0 ? seen * log(seen * all / (row * column)) : 0
        }
        let statistic =
            2
            * (part(first.hits, first.all, hits) + part(first.all - first.hits, first.all, all - hits)
                + part(second.hits, second.all, hits) + part(second.all - second.hits, second.all, all - hits))
        return normal(max(0, statistic).squareRoot())
    }

    /// The median of unordered numbers; 0 of none.
    static func median(_ numbers: [Double]) -> Double {
        guard !numbers.isEmpty else { return 0 }
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
