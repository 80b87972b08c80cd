import CCurl
import Domain
import Glibc

/// What libcurl's callbacks read and write during one exchange, on the thread that performs it.
final class Exchange {
    private(set) var headers: [String: String] = [:]
    private(set) var received: [UInt8] = []
    /// The last line with which a server of mail refused something, such as "550 5.1.1 no such user".
    ///
    /// What it says when the connection ends comes after it, so the last line of all says nothing.
    private(set) var refusal: (status: Int, line: String)?
    /// Why the exchange was given up here, if it was.
    private(set) var fault: TransferFault?
    /// Whether a connection was not opened, since it would have led into an inner network.
    fileprivate(set) var hasRefusedAddress = false
    private let body: Transfer.Body
    private let mostBytes: Int
    private var sent: Int64 = 0

    init(_ transfer: Transfer) { (body, mostBytes) = (transfer.body, transfer.mostBytes) }

    /// Whether the bytes were taken.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard received.count + bytes.count <= mostBytes else {
            fault = TransferFault(
                code: Int(CURLE_FILESIZE_EXCEEDED.rawValue),
                description: "the answer has more than \(mostBytes) bytes")
            return false
        }
        received += bytes
        return true
    }

    func takeHeader(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        if let first = line.first, first == "4" || first == "5", let status = Int(line.prefix(3)) {
            refusal = (status, MailText.line(line))
        }
        // A new status line begins the headers of the answer that counts, after “100 Continue”.
        if line.hasPrefix("HTTP/") { headers = [:] }
        guard let colon = line.firstIndex(of: ":") else { return }
        headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...]).trimmingWhitespace
    }

    /// How many bytes were written to `buffer`; nil where they cannot be had.
    func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        switch body {
        case .none: return 0
        case .bytes(let bytes):
            let some = bytes[Int(sent)...].prefix(buffer.count)
            buffer.copyBytes(from: some)
            sent += Int64(some.count)
            return some.count
        case .file(let descriptor, let offset, let count):
            let wanted = min(buffer.count, Int(count - sent))
            let read = pread(descriptor, buffer.baseAddress, wanted, Int(offset + sent))
            guard read > 0 || wanted == 0 else {
                fault = TransferFault(
                    code: Int(CURLE_READ_ERROR.rawValue),
                    description: "the file cannot be read: \(String(cString: strerror(errno)))")
                return nil
            }
            sent += Int64(read)
            return read
        }
    }
}

private func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}

func takeBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let isTaken = exchange(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken == true ? size * count : 0
}

func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    exchange(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

func giveBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return exchange(context)?.give(buffer) ?? Int(CURL_READFUNC_ABORT)
}

/// Opens a socket for an address of the public network, and none for any other.
///
/// It is asked for each address that a name leads to, after the name was looked up, so a name that leads elsewhere the
/// second time gains nothing.
func openPublicSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address, let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
    let family = address.pointee.family
    // sockaddr_in keeps its address after family and port; sockaddr_in6 after the flow as well.
    let place: Range<Int> = family == AF_INET ? 4..<8 : family == AF_INET6 ? 8..<24 : 0..<0
    let raw = UnsafeRawPointer(address) + start
    let bytes = place.map { raw.load(fromByteOffset: $0, as: UInt8.self) }
    guard let found = NetworkAddress(bytes: bytes), found.isPublic else {
        exchange(context)?.hasRefusedAddress = true
        return -1
    }
    return socket(family, address.pointee.socktype, address.pointee.protocol)
}
