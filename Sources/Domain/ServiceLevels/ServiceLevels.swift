import Diagnosis

/// What is promised to whom: calendars, and service levels of which the first that fits a case counts.
package struct ServiceLevels: Sendable {
    /// The calendars.
    package var calendars: [BusinessCalendar]
    /// The same, ready to be asked, by identifier.
    package var hours: [String: WorkingHours]
    /// The levels, in order.
    package var levels: [ServiceLevel]
    /// The fewest words of a message that counts as a first response.
    package var meaningfulWords: Int
    /// Phrases that only acknowledge: what stands around one, up to the next stop, counts for nothing.
    package var acknowledgements: [String] = []
    /// Who is told of warnings and breaches of promises; empty where rights alone say so.
    package var telling: [ClockTelling] = []
    /// What is wanted of the promises that are kept, in percent.
    package var attainmentPercent = ServiceLevels.usualAttainment
    /// The levels of requests of departments, by the service that is asked for.
    package var catalogue: [String: CatalogueEntry] = [:]
    /// What is wanted unless policy says otherwise.
    package static let usualAttainment = 95

    /// The level that counts for a case; nil where none fits, which a checked policy excludes.
    package func level(for traits: CaseTraits) -> ServiceLevel? {
        if let service = traits.service, let entry = catalogue[service],
            let named = entry.level(for: traits.department), let level = self.level(named)
        {
            return level
        }
        let general = levels.filter { !$0.isForCatalogue }
        return general.first { $0.match.fits(traits) } ?? general.last
    }

    /// By which levels requests for a service are measured.
    package struct CatalogueEntry: Hashable, Sendable {
        /// That of everybody; nil where only some departments have one.
        package var level: String?
        /// Those of some departments.
        package var byDepartment: [String: String]

        /// The level of a department.
        package func level(for department: String?) -> String? {
            department.flatMap { byDepartment[$0] } ?? level
        }
    }

    /// Whether others promise something else, or by other hours.
    package func promisesOthers(than other: ServiceLevels) -> Bool {
        levels != other.levels || calendars != other.calendars || catalogue != other.catalogue
    }

    /// The level with this identifier.
    package func level(_ id: String) -> ServiceLevel? { levels.first { $0.id == id } }

    /// The terms of a clock for a severity by a level; nil where the level promises nothing there.
    package func terms(
        _ clock: CaseClock, _ level: ServiceLevel, severity: String, policy: Int
    ) -> ClockTerms? {
        guard let target = level.targets[clock], let seconds = target.seconds[severity] else { return nil }
        let calendar = target.calendar ?? level.calendarsBySeverity[severity] ?? level.calendar
        return ClockTerms(
            target: Int64(seconds) * 1_000_000, hours: hours[calendar] ?? .always, warnings: target.warnings,
            change: target.change, level: level.id, policy: policy)
    }
}

/// What a service level is chosen by.
package struct CaseTraits: Hashable, Sendable {
    /// How bad it is.
    package var severity: String
    /// How it reached us.
    package var channel: String
    /// The kind of request.
    package var requestType: String
    /// The area of the product.
    package var productArea: String?
    /// The customer's tier.
    package var tier: String?
    /// The customer's kinds of contract.
    package var contracts: [String]
    /// What the customer uses.
    package var products: [String]
    /// The day, in UTC, on which it was opened.
    package var openedOn: CalendarDay?
    /// The service of the catalogue that a colleague asks for.
    package var service: String?
    /// The department that asks.
    package var department: String?

    /// Traits with all parts.
    package init(
        severity: String, channel: String, requestType: String, productArea: String? = nil,
        tier: String? = nil, contracts: [String] = [], products: [String] = [], openedOn: CalendarDay? = nil
    ) {
        (self.severity, self.channel, self.requestType) = (severity, channel, requestType)
        self.openedOn = openedOn
        (self.productArea, self.tier) = (productArea, tier)
        (self.contracts, self.products) = (contracts, products)
    }

    /// What of it is the customer's.
    package struct Account: Hashable, Sendable {
        /// The customer's tier.
        package var tier: String?
        /// The customer's kinds of contract.
        package var contracts: [String]
        /// What the customer uses.
        package var products: [String]

        /// An account with all parts; without any for requests of colleagues.
        package init(tier: String? = nil, contracts: [String] = [], products: [String] = []) {
            (self.tier, self.contracts, self.products) = (tier, contracts, products)
        }
    }
}

/// A level of service: which cases it is for, and how long each thing may take.
package struct ServiceLevel: Hashable, Sendable {
    /// Which cases it is for: what is empty fits all.
    package struct Match: Hashable, Sendable {
        /// What a level may ask for, by its name in policy.
        package enum Dimension: String, Sendable, CaseIterable {
            /// How bad it is.
            case severities
            /// The customer's tier.
            case tiers
            /// The customer's kind of contract.
            case contracts
            /// What the customer uses.
            case products
            /// The area of the product that the case is about.
            case productAreas = "product_areas"
            /// How the case reached us.
            case channels
            /// The kind of request.
            case requestTypes = "request_types"
        }

        /// The wanted values of each dimension that the level asks for.
        package var wanted: [Dimension: Set<String>]
        /// The first day on which cases are opened that it is for.
        package var from: CalendarDay?
        /// The last day on which cases are opened that it is for.
        package var until: CalendarDay?

        /// A match of these values.
        package init(_ wanted: [Dimension: Set<String>] = [:]) { self.wanted = wanted }

        /// Whether a case belongs to it.
        package func fits(_ traits: CaseTraits) -> Bool {
            if let day = traits.openedOn {
                if let from, day < from { return false }
                if let until, until < day { return false }
            }
            return wanted.allSatisfy { dimension, values in
                switch dimension {
                case .severities: values.contains(traits.severity)
                case .tiers: traits.tier.map(values.contains) ?? false
                case .contracts: !values.isDisjoint(with: traits.contracts)
                case .products: !values.isDisjoint(with: traits.products)
                case .productAreas: traits.productArea.map(values.contains) ?? false
                case .channels: values.contains(traits.channel)
                case .requestTypes: values.contains(traits.requestType)
                }
            }
        }
    }

    /// How long something may take.
    package struct Target: Hashable, Sendable {
        /// What begins the clocks of a whole case.
        package enum Beginning: String, Sendable, CaseIterable {
            /// The case is opened.
            case creation
            /// Somebody becomes its owner for the first time.
            case assignment
            /// It first moves to a status that hands it on.
            case escalation
        }

        /// Seconds of working time by severity; none where nothing is promised.
        package var seconds: [String: Int]
        /// The calendar, where it is another than that of the level.
        package var calendar: String?
        /// The reasons for waiting during which no time counts.
        package var pauses: [String]
        /// The percentages at which somebody is warned.
        package var warnings: [Int]
        /// What a change of severity, tier, contract or policy makes of a running clock.
        package var change: ClockTerms.ChangeRule
        /// What begins it.
        package var begins: Beginning
        /// Whether it may never stand still: a duty by law or contract.
        package var isRegulatory: Bool
        /// Whether it stands while the customer allows no changes.
        package var waitsForChanges = false
    }

    /// Stored and sent: "enterprise".
    package var id: String
    /// Shown.
    package var name: String
    /// Which cases it is for.
    package var match: Match
    /// The calendar of its clocks.
    package var calendar: String
    /// Other calendars for some severities.
    package var calendarsBySeverity: [String: String]
    /// How long each thing may take.
    package var targets: [CaseClock: Target]
    /// Whether it is for requests of departments alone, by the services that name it.
    package var isForCatalogue = false

    /// The percentages at which somebody is warned unless policy says otherwise.
    package static let usualWarnings = [50, 75, 90]
}

extension ServiceLevels {
    /// Around the clock, and shorter the worse it is: what holds where a policy says nothing of service levels.
    package static func standard(for severities: [Policy.Severity]) -> ServiceLevels {
        func target(_ clock: CaseClock, _ minutes: [Int]) -> ServiceLevel.Target {
            var seconds: [String: Int] = [:]
            for (index, severity) in severities.enumerated() where !minutes.isEmpty {
                seconds[severity.id.raw] = minutes[min(index, minutes.count - 1)] * 60
            }
            return ServiceLevel.Target(
                seconds: seconds, calendar: nil, pauses: clock.usualPauses,
                warnings: ServiceLevel.usualWarnings, change: .fromStart, begins: .creation,
                isRegulatory: false)
        }
        let minutes: [CaseClock: [Int]] = [
            .firstResponse: [15, 60, 240, 480], .triage: [30, 120, 480, 1440],
            .updateCadence: [60, 240, 1440, 7200], .nextReply: [30, 120, 480, 1440],
            .mitigation: [240, 480, 4320, 14_400], .resolution: [1440, 4320, 14_400, 28_800],
            .engineering: [240, 1440, 7200, 14_400], .vendorChase: [240, 1440, 4320, 7200],
            .noResponse: [1440, 2880, 4320, 7200],
            .defectDecision: [240, 1440, 7200, 14_400], .defectFix: [2880, 10_080, 43_200, 129_600],
        ]
        var targets: [CaseClock: ServiceLevel.Target] = [:]
        for (clock, minutes) in minutes { targets[clock] = target(clock, minutes) }
        return ServiceLevels(
            calendars: [], hours: [WorkingHours.always.id: .always],
            levels: [
                ServiceLevel(
                    id: "standard", name: "Standard", match: .init(), calendar: WorkingHours.always.id,
                    calendarsBySeverity: [:], targets: targets)
            ], meaningfulWords: 4)
    }

    /// What keeps a message from being a first response; nil where it says something of substance.
    ///
    /// It needs as many words as policy asks for, beside those that only acknowledge. What was erased cannot be weighed
    /// any more and counts. A reviewer's word goes before this (`ClockFact`).
    package func emptiness(of text: String) -> String? {
        if text == FactBody.erasedText || meaningfulWords <= 0 { return nil }
        guard words(of: text.unicodeScalars) >= meaningfulWords else {
            return "It has fewer than \(meaningfulWords) words, and so no finding, question or plan."
        }
        // Most messages have said enough with their first sentences.
        var said = 0
        for piece in text.unicodeScalars.split(whereSeparator: Self.endsPiece) {
            let folded = String(piece).lowercased()
            if acknowledgements.contains(where: { folded.contains(bytesOf: $0) }) { continue }
            said += words(of: piece)
            if said >= meaningfulWords { return nil }
        }
        return "It only acknowledges, and names no finding, question or plan."
    }

    private static func endsPiece(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "!", "?", ",", ";", ":", "\n", "\r", "。", "！", "？": true
        default: false
        }
    }

    /// How many words there are; no more are counted than a message needs.
    private func words(of text: some Sequence<Unicode.Scalar>) -> Int {
        var words = 0
        var isInside = false
        for scalar in text {
            let isWord =
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9": true
                default: !scalar.isASCII && scalar.properties.isAlphabetic
                }
            // Scripts without spaces: each ideograph is as good as a word.
            if (!scalar.isASCII && scalar.properties.isIdeographic) || (isWord && !isInside) { words += 1 }
            isInside = isWord
            if words >= meaningfulWords { break }
        }
        return words
    }
}
