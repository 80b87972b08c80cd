/// The bytes of a log that lies still, read at any place: a file, an object in a bucket.
public protocol LogBytes: Sendable {
    /// How many bytes there are.
    var size: Int64 { get }
    /// At most `count` bytes from a place; fewer at the end.
    func read(at place: Int64, count: Int) throws -> [UInt8]
}

extension LogFormat {
    /// Learns a format from parts from all over a log: always the same parts, so the same format each time.
    public init(learningFrom log: any LogBytes, assuming assumptions: Assumptions = Assumptions()) throws {
        let head = 1 << 20
        let size = Int(log.size)
        var samples = [Sample(offset: 0, bytes: try log.read(at: 0, count: min(size, head)))]
        let (parts, length) = (63, 32 << 10)
        let step = (size - head) / parts
        if size > head, step <= length {
            samples.append(
                Sample(offset: head, bytes: try log.read(at: Int64(head), count: size - head)))
        } else if size > head {
            for part in 0..<parts {
                let offset = head + part * step
                samples.append(
                    Sample(offset: offset, bytes: try log.read(at: Int64(offset), count: length)))
            }
        }
        self.init(learningFrom: samples, assuming: assumptions)
    }
}
