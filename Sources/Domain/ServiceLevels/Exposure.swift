/// What missed promises may cost by one customer's contract: an estimate, with a line a miss that says how it comes about.
package struct Exposure: Equatable, Sendable {
    /// A promise that was missed.
    package struct Miss: Equatable, Sendable {
        /// The number of the case.
        package var caseNumber: String
        /// The clock.
        package var clock: CaseClockID
        /// The severity that it was measured for.
        package var severity: String
        /// When its time was over.
        package var at: Timestamp

        /// A miss with all parts.
        package init(caseNumber: String, clock: CaseClockID, severity: String, at moment: Timestamp) {
            (self.caseNumber, self.clock, self.severity, at) = (caseNumber, clock, severity, moment)
        }
    }

    /// What one miss costs.
    package struct Line: Equatable, Sendable {
        /// The miss.
        package var miss: Miss
        /// The amendment that says so: "A1".
        package var amendment: String
        /// What was agreed for it.
        package var credit: CreditTerms.Credit
        /// The terms that it stands in.
        package var terms: CreditTerms
        /// The period whose cap it counts towards: "2026-Q1".
        package var period: String
        /// What it would cost without a cap, in hundredths of the currency's unit.
        package var whole: Int
        /// What it costs within the cap.
        package var counted: Int

        /// How the number comes about, in a sentence.
        package var words: String {
            let each =
                if case .share = credit.amount, let fee = terms.fee {
                    "\(credit.amount.words) of \(fee.words) a \(terms.period.rawValue)"
                } else { credit.amount.words }
            let limit =
                whole == counted
                ? ""
                : "; at most \(terms.cap?.words ?? "") in \(period), of which \(Exposure.money(counted, terms.currency)) was left"
            return "\(amendment): \(each)\(limit)"
        }
    }

    /// A sum of one currency in one period.
    package struct Sum: Equatable, Sendable {
        /// The period: "2026-03".
        package var period: String
        /// The currency.
        package var currency: String
        /// How many misses cost something.
        package var misses: Int
        /// What they cost together, in hundredths.
        package var counted: Int
        /// What they would cost without caps.
        package var whole: Int
    }

    /// What misses cost, in the order in which they were missed.
    package var lines: [Line]
    /// How many misses cost nothing, since nothing was agreed for them.
    package var free: Int

    /// Works the misses of one customer out.
    ///
    /// A miss costs by the latest approved amendment that holds on its day and names it. Caps fill in the order in which
    /// promises were missed, so `misses` must begin with the caps' periods, whatever part of it is shown.
    /// - Parameter shown: the stretch of time whose lines are kept.
    package init(_ misses: [Miss], by amendments: [Amendment], shown: Range<Timestamp>) {
        (lines, free) = ([], 0)
        var spent: [String: Int] = [:]
        for miss in misses.sorted(by: { ($0.at, $0.caseNumber, $0.clock) < ($1.at, $1.caseNumber, $1.clock) })
        {
            guard let line = Self.line(miss, amendments, &spent) else {
                if shown.contains(miss.at) { free += 1 }
                continue
            }
            if shown.contains(miss.at) { lines.append(line) }
        }
    }

    private static func line(
        _ miss: Miss, _ amendments: [Amendment], _ spent: inout [String: Int]
    ) -> Line? {
        let approved = amendments.counting(on: CalendarDay(miss.at)).approved
        for amendment in approved.reversed() {
            guard let terms = amendment.terms.credits,
                let credit = terms.credit(miss.clock.clock, severity: miss.severity)
            else { continue }
            let period = terms.period.name(of: miss.at)
            let key = "\(amendment.number) \(period)"
            let whole = terms.hundredths(credit.amount)
            let left = terms.cap.map { max(0, terms.hundredths($0) - spent[key, default: 0]) } ?? whole
            let counted = min(whole, left)
            spent[key, default: 0] += counted
            return Line(
                miss: miss, amendment: amendment.number, credit: credit, terms: terms, period: period,
                whole: whole, counted: counted)
        }
        return nil
    }

    /// The sums of the lines, by month of the miss and currency.
    package var sums: [Sum] {
        var sums: [Sum] = []
        for line in lines {
            let month = CreditTerms.Period.month.name(of: line.miss.at)
            if let index = sums.firstIndex(where: { $0.period == month && $0.currency == line.terms.currency }
            ) {
                sums[index].misses += 1
                sums[index].counted += line.counted
                sums[index].whole += line.whole
            } else {
                sums.append(
                    Sum(
                        period: month, currency: line.terms.currency, misses: 1, counted: line.counted,
                        whole: line.whole))
            }
        }
        return sums
    }

    /// The sums of the lines by currency, over all of the time that is shown.
    package var totals: [(currency: String, counted: Int)] {
        Dictionary(lines.map { ($0.terms.currency, $0.counted) }, uniquingKeysWith: +).sorted {
            $0.key < $1.key
        }
        .map { ($0.key, $0.value) }
    }

    /// Hundredths of a currency's unit as people read them: "€ 1,250", "€ 12.50".
    package static func money(_ hundredths: Int, _ currency: String) -> String {
        let whole = Money(currency: currency, amount: hundredths / 100).words
        return hundredths % 100 == 0 ? whole : "\(whole).\(pad(hundredths % 100, 2))"
    }

    /// The same for programs: "1250.00".
    package static func decimal(_ hundredths: Int) -> String {
        "\(hundredths / 100).\(pad(hundredths % 100, 2))"
    }
}
