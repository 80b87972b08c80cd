import Glibc

/// Picks lines out of a stream by their numbers.
public struct LinePicker: Sendable {
    private var wanted: ArraySlice<Int>
    private var number = 1
    private var held: [UInt8] = []
    private var found: [Int: String] = [:]
    private static let longest = 2000

    /// Picks these lines, counted from 1.
    /// - Parameter lines: in rising order.
    public init(_ lines: [Int]) { wanted = lines[...] }

    /// Whether all of them were found.
    public var isDone: Bool { wanted.isEmpty }

    /// Reads the next piece.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        while start < bytes.count, let next = wanted.first {
            guard let base = bytes.baseAddress else { return }
            let end = memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base }
            if number == next {
                let part = bytes[start..<(end ?? bytes.count)]
                held.append(contentsOf: part.prefix(max(0, Self.longest - held.count)))
            }
            guard let end else { return }
            if number == next { take() }
            number += 1
            start = end + 1
        }
    }

    private mutating func take() {
        while held.last == 0x0D { held.removeLast() }
        found[number] = String(decoding: held, as: UTF8.self)
        held.removeAll(keepingCapacity: true)
        wanted = wanted.dropFirst()
    }

    /// The lines found, with one that has no end.
    public mutating func finish() -> [Int: String] {
        if wanted.first == number, !held.isEmpty { take() }
        return found
    }
}
