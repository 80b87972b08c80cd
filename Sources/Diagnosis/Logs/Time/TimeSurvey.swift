/// Looks at the times in a sample to learn what they leave unsaid.
struct TimeSurvey {
    /// How many lines have neither stamp nor level nor tag in their heads.
    private(set) var headless = 0
    /// How many of those do not look like part of the record above them.
    private(set) var loose = 0
    private var stamps: [(index: Int, stamp: Stamp)] = []
    private var lineCount: Int
    private var hasDots = false

    init(
        _ layout: LogLayout, _ lines: [LineBytes], _ projections: [LineProjection?],
        whole: [UnsafePointer<UInt8>]
    ) {
        lineCount = lines.count
        var scanner = FieldScanner()
        scanner.takesTrailingYear = layout.takesTrailingYear
        for (index, line) in lines.enumerated() {
            scanner.begin(line)
            let reading = layout.reading(&scanner)
            if let projection = projections[index] {
                let outer = LineBytes(base: whole[index], count: max(projection.time.upperBound, 1))
                if let stamp = projection.stamp(in: outer) { stamps.append((index, stamp)) }
                continue
            }
            var hasHead = false
            for column in 0..<reading.columns {
                switch scanner.field(column).kind {
                case .stamp, .level, .tag: hasHead = true
                default: break
                }
            }
            if !hasHead {
                headless += 1
                if !Continuation.looksContinued(line) { loose += 1 }
            }
            if reading.columns > 0, scanner.stamps(before: reading.columns) > 0 {
                let stamp = scanner.stamp(0)
                stamps.append((index, stamp))
                if stamp.parts.contains(.isAmbiguous), stamp.end > 2 {
                    for offset in max(0, stamp.end - 30)..<stamp.end
                    where line[offset] == 0x2E && line[offset + 1].isDigit {
                        hasDots = true
                    }
                }
            }
        }
    }

    /// What the times rest on; `offsets` are the places of the lines in the log.
    func basis(offsets: [Int], _ assumptions: LogFormat.Assumptions) -> LogTimeBasis {
        var basis = LogTimeBasis()
        basis.assumedZone = assumptions.zone
        basis.reference = assumptions.writtenAt
        guard !stamps.isEmpty else { return basis }
        var counts = (stated: 0, yearless: 0, dateless: 0, uptime: 0)
        let dated = stamps.filter { $0.stamp.parts.contains(.date) }
        basis.hasTimeOfDay = dated.count { $0.stamp.parts.contains(.time) } * 10 > dated.count * 9
        for (_, stamp) in stamps {
            let parts = stamp.parts
            if parts.contains(.uptime) {
                counts.uptime += 1
                continue
            }
            if parts.contains(.epoch) || parts.isSuperset(of: [.date, .year]) {
                counts.stated += 1
            } else if parts.contains(.date) {
                counts.yearless += 1
            } else {
                counts.dateless += 1
            }
            if parts.contains(.zone) {
                basis.hasZone = true
            } else if !parts.contains(.epoch) {
                basis.lacksZone = true
            }
        }
        let most = max(counts.stated, counts.yearless, counts.dateless, counts.uptime)
        basis.day =
            most == counts.stated
            ? .stated
            : most == counts.yearless ? .withoutYear : most == counts.dateless ? .withoutDate : .sinceStart
        let ambiguous = stamps.filter { $0.stamp.parts.contains(.isAmbiguous) }.map(\.stamp.numbers)
        if !ambiguous.isEmpty { basis.dateOrder = .likely(ambiguous, hasDots: hasDots) }
        if basis.day == .stated, counts.yearless + counts.dateless > 0 {
            takeAnchors(&basis, offsets)
        } else {
            setAnchors(&basis, offsets)
        }
        return basis
    }

    /// Where most lines say their day, the others have that of the lines around them.
    private func takeAnchors(_ basis: inout LogTimeBasis, _ offsets: [Int]) {
        var reader = TimeReader(basis)
        var next = 0
        for entry in stamps {
            let isStated =
                entry.stamp.parts.contains(.epoch) || entry.stamp.parts.isSuperset(of: [.date, .year])
            guard offsets[entry.index] >= next, isStated, let time = reader.time(entry.stamp) else {
                continue
            }
            let day = CivilTime.microsecondsPerDay
            let date = CivilTime.date(days: time / day)
            basis.anchors.append(
                .init(
                    offset: basis.anchors.isEmpty ? 0 : offsets[entry.index], year: Int32(date.year),
                    day: time / day,
                    last: -1))
            // Some kilobytes on, the day may be another one.
            next = offsets[entry.index] + 16_384
        }
    }

    /// Follows the turns of years and days through the sample and sets them against the reference.
    private func setAnchors(_ basis: inout LogTimeBasis, _ offsets: [Int]) {
        guard basis.day == .withoutYear || basis.day == .withoutDate else { return }
        var reader = TimeReader(basis)
        var last: Int64 = 0
        var anchors: [LogTimeBasis.Anchor] = []
        for (order, entry) in stamps.enumerated() {
            if order % 64 == 0 { anchors.append(reader.anchor(at: offsets[entry.index], basis.day)) }
            let isOpen =
                basis.day == .withoutYear
                ? !entry.stamp.parts.contains(.year) && entry.stamp.parts.contains(.date)
                : !entry.stamp.parts.contains(.date)
            guard isOpen, !entry.stamp.parts.contains(.epoch), let time = reader.time(entry.stamp) else {
                continue
            }
            last = max(last, time)
        }
        if let reference = basis.reference {
            // The last line was written at the reference or before, a day's grace for zones.
            let day = CivilTime.microsecondsPerDay
            if basis.day == .withoutYear {
                let now = CivilTime.date(days: (reference + day) / day)
                let then = CivilTime.date(days: last / day)
                let isLater = (then.month, then.day) > (now.month, now.day)
                let shift = now.year - then.year - (isLater ? 1 : 0)
                for index in anchors.indices { anchors[index].year += shift }
            } else {
                let zone = Int64(basis.assumedZone) * 1_000_000
                var shift = (reference + zone) / day - (last + zone) / day
                if (last + zone) % day > (reference + zone) % day + 3_600_000_000 { shift -= 1 }
                for index in anchors.indices { anchors[index].day += shift }
            }
        }
        if !anchors.isEmpty {
            anchors[0].offset = 0
            anchors[0].last = -1
        }
        basis.anchors = anchors
    }
}
