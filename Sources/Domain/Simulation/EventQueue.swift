/// What is yet to come, the earliest first: a binary heap.
///
/// Adding and taking cost the logarithm of how much waits. Equal elements come in no particular order, so an event
/// carries its own number beside its time.
package struct EventQueue<Event: Comparable & Sendable>: Sendable {
    private var heap: [Event] = []

    /// An empty queue.
    package init() {}

    /// What comes next; nil where nothing does.
    package var first: Event? { heap.first }

    /// How much waits.
    package var count: Int { heap.count }

    /// Puts an event in its place.
    package mutating func add(_ event: Event) {
        heap.append(event)
        var place = heap.count - 1
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the earliest event.
    package mutating func take() -> Event? {
        guard let earliest = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return earliest }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least]
            {
                least = child
            }
            guard least != place else { return earliest }
            heap.swapAt(place, least)
            place = least
        }
    }
}
