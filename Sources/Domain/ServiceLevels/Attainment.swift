/// How much of what was promised was kept in a period: counts by clock, by segment, and why the rest was missed.
///
/// Each decided cycle counts once, in the period in which it was decided (`ClockOutcome`).
package struct Attainment: Sendable {
    /// Something that is counted: what was kept, and what was missed.
    package struct Tally: Equatable, Sendable {
        /// Kept.
        package var kept = 0
        /// Missed.
        package var missed = 0

        /// Nothing yet.
        package init() {}

        /// A tally of these counts.
        package init(kept: Int, missed: Int) { (self.kept, self.missed) = (kept, missed) }

        /// Both together.
        package var count: Int { kept + missed }
        /// What was kept of a thousand, rounded down so that one that was missed never shows as all; nil of nothing.
        package var permille: Int? { count == 0 ? nil : kept * 1000 / count }
        /// Whether there are too few to say much.
        package var isSmall: Bool { count < Attainment.fewest }

        fileprivate mutating func add(_ isKept: Bool) { if isKept { kept += 1 } else { missed += 1 } }
    }

    /// Below so many a share says little.
    package static let fewest = 20

    /// What is measured beside each single clock.
    package enum Measure: String, Sendable, CaseIterable {
        /// First responses.
        case response
        /// Resolutions.
        case resolution
        /// Cases with a first response or a resolution: kept where neither was missed.
        case both
        /// Cases with any promise to the customer: kept where none was missed.
        case whole

        /// Shown on pages.
        package var label: String {
            switch self {
            case .response: "First response"
            case .resolution: "Resolution"
            case .both: "Both, by case"
            case .whole: "All promises, by case"
            }
        }

        /// What it counts, exactly.
        package var definition: String {
            switch self {
            case .response:
                "First responses that came by the time they were due, of those that came or became due in the period (M-11)."
            case .resolution:
                "Resolutions that came by the time they were due, of those that came or became due in the period (M-11)."
            case .both:
                "Cases of which no first response and no resolution was missed, of those with one of either decided in the period."
            case .whole:
                "Cases of which no promise to the customer was missed, of those with one decided in the period (M-11, by case)."
            }
        }

        /// Whether it counts cases and not cycles of clocks.
        package var isByCase: Bool { self == .both || self == .whole }
    }

    /// What cases are told apart by.
    package enum Segment: String, Sendable, CaseIterable {
        /// How bad it was when it was decided.
        case severity
        /// The customer's tier then.
        case tier
        /// The area of the product.
        case productArea = "product_area"
        /// The customer.
        case account
        /// The team whose queue the case is in.
        case team
        /// The department that asked.
        case department

        /// Shown on pages.
        package var label: String {
            switch self {
            case .severity: "Severity"
            case .tier: "Tier"
            case .productArea: "Product area"
            case .account: "Customer"
            case .team: "Team"
            case .department: "Department"
            }
        }
    }

    /// One decided cycle, as it is counted.
    package struct Line: Sendable {
        /// The case.
        package var caseID: String
        /// The clock.
        package var clock: CaseClock
        /// Whether it was kept.
        package var isKept: Bool
        /// The segments that it belongs to; those that it has no value of are left out.
        package var segments: [Segment: String]
        /// Why it was missed.
        package var cause: String?
        /// Where its time went.
        package var shares: [ClockOutcome.Share]

        /// A line with all parts.
        package init(
            caseID: String, clock: CaseClock, isKept: Bool, segments: [Segment: String], cause: String?,
            shares: [ClockOutcome.Share]
        ) {
            (self.caseID, self.clock, self.isKept, self.segments) = (caseID, clock, isKept, segments)
            (self.cause, self.shares) = (cause, shares)
        }
    }

    /// The measures of some cases.
    package struct Group: Sendable {
        private var tallies: [Measure: Tally] = [:]
        private var cases: [Measure: [Int: Bool]] = [:]

        /// A measure of them.
        package subscript(measure: Measure) -> Tally {
            guard measure.isByCase else { return tallies[measure] ?? Tally() }
            let kept = cases[measure]?.values.count { $0 } ?? 0
            return Tally(kept: kept, missed: (cases[measure]?.count ?? 0) - kept)
        }

        fileprivate mutating func add(_ clock: CaseClock, _ isKept: Bool, of place: Int) {
            let single: Measure? =
                clock == .firstResponse ? .response : clock == .resolution ? .resolution : nil
            if let single {
                tallies[single, default: Tally()].add(isKept)
                note(.both, isKept, place)
            }
            if clock.isPromise { note(.whole, isKept, place) }
        }

        private mutating func note(_ measure: Measure, _ isKept: Bool, _ place: Int) {
            let before = cases[measure, default: [:]][place] ?? true
            cases[measure, default: [:]][place] = before && isKept
        }
    }

    /// All together.
    package private(set) var all = Group()
    /// By segment and its value; an empty value stands for none.
    package private(set) var groups: [Segment: [String: Group]] = [:]
    /// By clock.
    package private(set) var clocks: [CaseClock: Tally] = [:]
    /// How many promises to customers were missed for each recorded cause; nil where nobody recorded one.
    package private(set) var causes: [String?: Int] = [:]
    /// The seconds of missed promises by the state in which they went.
    package private(set) var states: [String: Int64] = [:]
    private var places: [String: Int] = [:]

    /// Nothing counted.
    package init() {}

    /// Counts one more; O(segments).
    package mutating func add(_ line: Line) {
        let place = places[line.caseID] ?? places.count
        places[line.caseID] = place
        clocks[line.clock, default: Tally()].add(line.isKept)
        all.add(line.clock, line.isKept, of: place)
        for segment in Segment.allCases where line.clock.isPromise {
            // Only requests of colleagues have a department.
            if segment == .department, line.segments[segment] == nil { continue }
            groups[segment, default: [:]][line.segments[segment] ?? "", default: Group()]
                .add(line.clock, line.isKept, of: place)
        }
        guard !line.isKept, line.clock.isPromise else { return }
        causes[line.cause, default: 0] += 1
        for share in line.shares { states[share.status, default: 0] += share.seconds }
    }

    /// How many cases there are.
    package var caseCount: Int { places.count }
    /// How many promises to customers were missed.
    package var missed: Int { causes.values.reduce(0, +) }
    /// How many of them nobody explained.
    package var unexplained: Int { causes[.none] ?? 0 }
}
