/// The period of events that come back: how long, when in it, and how exactly.
struct Period: Sendable, Equatable {
    /// Microseconds from one event to the next.
    var length: Int64
    /// The time of the first event by the fitted grid, in microseconds since 1970.
    var phase: Int64
    /// How far events lie from the grid in the middle case, in microseconds.
    var jitter: Int64
    /// How many events lie on the grid, and how many places of it there are.
    var hits: Int
    var places: Int

    /// Finds the period of events, or nil where they come without one.
    ///
    /// Events that are closer than a tenth of the usual distance count as one. Some may be missing and a
    /// few may lie elsewhere. Random events pass in less than one case in 10,000.
    /// - Parameter times: in microseconds, in any order.
    /// - Parameter resolution: how exact the times are.
    /// - Complexity: n log n.
    init?(of times: [Int64], resolution: Int64 = 1) {
        let sorted = times.sorted()
        guard sorted.count >= 5, sorted[sorted.count - 1] > sorted[0] else { return nil }
        var events = Self.episodes(sorted, closerThan: 0)
        var typical = Self.typicalDistance(events)
        // Events of one episode stand close together; what counts is when episodes begin.
        for _ in 0..<3 {
            let next = Self.episodes(sorted, closerThan: max(typical / 10, resolution))
            if next.count == events.count { break }
            events = next
            typical = Self.typicalDistance(events)
        }
        let bursts = Self.episodes(sorted, closerThan: Self.longPause(sorted) / 2)
        if bursts.count >= 5, bursts.count * 2 < events.count {
            events = bursts
            typical = Self.typicalDistance(events)
        }
        guard events.count >= 5, typical >= 4 * resolution else { return nil }
        var length = Double(typical)
        var origin = Double(events[0])
        for _ in 0..<6 {
            guard let fit = Self.fit(events, length, origin) else { return nil }
            (length, origin) = fit
        }
        let errors = events.map { event -> Double in
            let place = (Double(event) - origin) / length
            return abs(place - place.rounded()) * length
        }
        let reach = max(0.1 * length, Double(resolution))
        let places = Set(
            zip(events, errors).compactMap { event, error -> Int? in
                error <= reach ? Int(((Double(event) - origin) / length).rounded()) : nil
            })
        guard let low = places.min(), let high = places.max() else { return nil }
        let good = errors.filter { $0 <= reach }
        let span = high - low + 1
        guard good.count >= 5, good.count * 5 >= events.count * 4, places.count * 10 >= span * 6 else {
            return nil
        }
        let spread = max(Chance.median(good) * 2, Double(resolution) / 4)
        // Two events fix a grid; each further one lies on it by chance this often.
        let chance = min(1, 2 * spread / length)
        var total = 1.0
        for _ in 0..<min(good.count - 2, 60) { total *= chance }
        guard total < 1e-4, chance < 0.25 else { return nil }
        self.length = Int64(length)
        phase = Int64(origin + Double(low) * length)
        jitter = Int64(Chance.median(good))
        hits = places.count
        self.places = span
    }

    /// The first events of groups whose neighbours are closer than `distance`.
    private static func episodes(_ sorted: [Int64], closerThan distance: Int64) -> [Int64] {
        var events: [Int64] = []
        var last = Int64.min
        for time in sorted {
            if events.isEmpty || time - last > distance { events.append(time) }
            last = time
        }
        return events
    }

    private static func typicalDistance(_ events: [Int64]) -> Int64 {
        Int64(Chance.median(zip(events, events.dropFirst()).map { Double($1 - $0) }))
    }

    /// A pause of the longer kind: the ninth decile of distances weighted by their length.
    private static func longPause(_ sorted: [Int64]) -> Int64 {
        let pauses = zip(sorted, sorted.dropFirst()).map { $1 - $0 }.sorted()
        let total = pauses.reduce(0.0) { $0 + Double($1) }
        var sum = 0.0
        for pause in pauses {
            sum += Double(pause)
            if sum >= total / 2 { return pause }
        }
        return pauses.last ?? 0
    }

    /// Length and origin of the grid that fits the events best in the sense of least squares.
    private static func fit(_ events: [Int64], _ length: Double, _ origin: Double) -> (Double, Double)? {
        var (n, sumK, sumT, sumKK, sumKT) = (0.0, 0.0, 0.0, 0.0, 0.0)
        var place = 0.0
        var last = Double(events[0])
        for event in events {
            let time = Double(event)
            // Counted from event to event, so that a length that is a little off does not add up.
            place += ((time - last) / length).rounded()
            last = time
            let t = time - Double(events[0])
            (n, sumK, sumT, sumKK, sumKT) = (
                n + 1, sumK + place, sumT + t, sumKK + place * place, sumKT + place * t
            )
        }
        let divisor = n * sumKK - sumK * sumK
        guard divisor > 0 else { return nil }
        let slope = (n * sumKT - sumK * sumT) / divisor
        guard slope > 0 else { return nil }
        return (slope, Double(events[0]) + (sumT - slope * sumK) / n)
    }
}
