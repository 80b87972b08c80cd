package import Diagnosis

/// What missed promises cost by a contract: so much for each kind, and no more than so much in a period.
package struct CreditTerms: Equatable, Sendable {
    /// An amount, or a share of the fee.
    package enum Amount: Hashable, Sendable {
        /// So many hundredths of a percent of the fee.
        case share(Int)
        /// An amount of money.
        case money(Money)

        /// As people write it: "5%", "EUR 500".
        package var text: String {
            switch self {
            case .share(let points): "\(percentText(points))%"
            case .money(let money): money.text
            }
        }

        /// As people read it.
        package var words: String {
            switch self {
            case .share(let points): "\(percentText(points)) % of the fee"
            case .money(let money): money.words
            }
        }

        /// Reads “5%”, “2.5 %” or “EUR 500”; nil for anything else.
        package init?(_ text: String) {
            let text = text.trimmingWhitespace
            guard text.hasSuffix("%") else {
                guard let money = Money(text) else { return nil }
                self = .money(money)
                return
            }
            let parts = String(text.dropLast()).trimmingWhitespace.split(
                separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let whole = Int(parts[0]), (0...100).contains(whole) else {
                return nil
            }
            let rest = parts.count == 2 ? String(parts[1]) : "0"
            guard (1...2).contains(rest.count), let hundredths = Int(rest.count == 1 ? rest + "0" : rest),
                hundredths >= 0
            else { return nil }
            let points = whole * 100 + hundredths
            guard (1...10_000).contains(points) else { return nil }
            self = .share(points)
        }
    }

    /// What one kind of missed promise costs.
    package struct Credit: Hashable, Sendable {
        /// The clock that was missed.
        package var clock: CaseClock
        /// The severity; nil for all.
        package var severity: String?
        /// How much.
        package var amount: Amount

        /// A credit with all parts.
        package init(clock: CaseClock, severity: String?, amount: Amount) {
            (self.clock, self.severity, self.amount) = (clock, severity, amount)
        }

        /// As people write it: "resolution sev1 5%".
        package var text: String { "\(clock.rawValue) \(severity ?? "all") \(amount.text)" }

        /// Reads what people write; nil where it is no promise to customers, a severity or “all”, and an amount.
        package init?(text: String) {
            let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count == 3, let clock = CaseClock(rawValue: parts[0]), clock.isPromise,
                let amount = Amount(parts[2])
            else { return nil }
            self.init(clock: clock, severity: parts[1] == "all" ? nil : parts[1], amount: amount)
        }
    }

    /// The stretch of time that a fee is for, and in which credits together reach no more than the cap.
    package enum Period: String, Sendable, CaseIterable {
        /// A month of the calendar.
        case month
        /// Three months.
        case quarter
        /// A year of the calendar.
        case year

        /// How many months it has.
        package var months: Int {
            switch self {
            case .month: 1
            case .quarter: 3
            case .year: 12
            }
        }

        /// What tells the period of a moment from others: "2026-02", "2026-Q1", "2026".
        package func name(of moment: Timestamp) -> String {
            let parts = moment.parts
            switch self {
            case .month: return "\(parts.year)-\(pad(parts.month, 2))"
            case .quarter: return "\(parts.year)-Q\((parts.month - 1) / 3 + 1)"
            case .year: return "\(parts.year)"
            }
        }

        /// The first moment of the period in which a moment lies.
        package func start(of moment: Timestamp) -> Timestamp {
            let parts = moment.parts
            let month = (parts.month - 1) / months * months + 1
            return CalendarDay("\(parts.year)-\(pad(month, 2))-01")?.start ?? moment
        }
    }

    /// What the customer pays for a period; nil where no share of it is asked for.
    package var fee: Money?
    /// The period.
    package var period: Period
    /// What credits reach together at most in a period; nil where nothing limits them.
    package var cap: Amount?
    /// What each kind of missed promise costs.
    package var credits: [Credit]

    /// Terms with all parts.
    package init(fee: Money?, period: Period, cap: Amount?, credits: [Credit]) {
        (self.fee, self.period, self.cap, self.credits) = (fee, period, cap, credits)
    }

    /// What a missed promise costs; nil where nothing was agreed for it.
    package func credit(_ clock: CaseClock, severity: String) -> Credit? {
        let mine = credits.filter { $0.clock == clock }
        return mine.first { $0.severity == severity } ?? mine.first { $0.severity == nil }
    }

    /// The currency in which all of it is.
    package var currency: String {
        if let fee { return fee.currency }
        for amount in credits.map(\.amount) + [cap].compactMap({ $0 }) {
            if case .money(let money) = amount { return money.currency }
        }
        return ""
    }

    /// An amount in hundredths of the currency's unit.
    package func hundredths(_ amount: Amount) -> Int {
        switch amount {
        case .money(let money): money.amount * 100
        case .share(let points): (fee?.amount ?? 0) * points / 100
        }
    }

    /// Refuses terms that cannot be worked out.
    package func check() throws(Refusal) {
        guard !credits.isEmpty else {
            throw Refusal(
                field: "credits", "missing",
                "A fee or a cap without credits means nothing. Name what costs how much.")
        }
        let amounts = credits.map(\.amount) + [cap].compactMap { $0 }
        for amount in amounts {
            switch amount {
            case .share where fee == nil:
                throw Refusal(
                    field: "fee", "missing", "A share needs the fee that it is of, such as EUR 10,000.")
            case .money(let money) where money.currency != currency:
                throw Refusal(
                    field: "credits", "other_currency",
                    "\(money.text) is in another currency than \(currency). One amendment has one currency.")
            default: break
            }
        }
        var seen: Set<String> = []
        for credit in credits where !seen.insert("\(credit.clock) \(credit.severity ?? "")").inserted {
            throw Refusal(
                field: "credits", "twice",
                "“\(credit.clock.rawValue) \(credit.severity ?? "all")” stands here twice.")
        }
    }

    /// The terms as they are stored.
    package var json: JSON {
        .fields([
            "fee": fee.map { .string($0.text) }, "period": .string(period.rawValue),
            "cap": cap.map { .string($0.text) }, "each": .array(credits.map { .string($0.text) }),
        ])
    }

    /// The terms that were stored so; nil where they cannot be read.
    package init?(_ body: FactBody) {
        guard let period = body.optionalText("period").flatMap({ Period(rawValue: $0) }) else { return nil }
        self.init(
            fee: body.optionalText("fee").flatMap { Money($0) }, period: period,
            cap: body.optionalText("cap").flatMap { Amount($0) },
            credits: body.texts("each").compactMap { Credit(text: $0) })
    }
}

/// Hundredths of a percent as people write them: "5", "2.5".
private func percentText(_ points: Int) -> String {
    let (whole, rest) = (points / 100, points % 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(pad(rest, 2))"
}
