import CCurl
import Crypto
import Domain
import Foundation
import Glibc
import Storage
import Web

/// A bucket of S3-compatible storage: objects under keys, each written whole.
///
/// Requests are signed with AWS Signature Version 4 by libcurl and addressed by path (`ENDPOINT/BUCKET/KEY`), which
/// every such storage understands. Calls block their thread. What the storage cannot do just now (500, 503, a lost
/// connection) is tried three times.
///
/// See the [S3 API](https://docs.aws.amazon.com/AmazonS3/latest/API/).
package struct Bucket: Sendable {
    /// Where a bucket is, and who may use it.
    package struct Place: Sendable, Equatable {
        /// "https://s3.eu-north-1.amazonaws.com", without a slash at its end.
        package var endpoint: String
        /// "eu-north-1".
        package var region: String
        /// The name of the bucket.
        package var name: String
        /// What stands before each key: "" or "thirdline/".
        package var prefix: String
        /// The ID of the access key.
        package var accessKey: String
        /// The secret access key.
        package var secretKey: String

        /// A place.
        package init(
            endpoint: String, region: String, name: String, prefix: String, accessKey: String,
            secretKey: String
        ) {
            (self.endpoint, self.region, self.name, self.prefix) = (endpoint, region, name, prefix)
            (self.accessKey, self.secretKey) = (accessKey, secretKey)
        }
    }

    /// An object in a list.
    package struct Object: Sendable, Equatable {
        /// Its key, without the prefix of the place.
        package var key: String
        /// The number of its bytes.
        package var size: Int64
        /// When it was last written, by the clock of the storage.
        package var modifiedAt: Timestamp
    }

    /// Where it is.
    package let place: Place
    private let client = TransferClient()
    /// Files larger than this are sent in pieces of this size, which S3 wants from 5 GB on at the latest.
    private let pieceSize: Int64

    /// The bucket at a place.
    /// - Parameter pieceSize: bytes; at least 5 MiB, as S3 wants it. 10,000 pieces are the most, so 640 GB by default.
    package init(_ place: Place, pieceSize: Int64 = 64 << 20) {
        (self.place, self.pieceSize) = (place, pieceSize)
    }

    private static let nothing = hex(sha256([]))

    // MARK: Objects

    /// Writes bytes under a key, in place of what is there.
    func put(_ key: String, _ bytes: [UInt8]) throws {
        _ = try send("PUT", key, body: .bytes(bytes), digest: hex(sha256(bytes)))
    }

    /// Writes a stretch of a file under a key, in place of what is there; durable when it returns.
    /// - Parameter digest: SHA-256 of these bytes in hexadecimal, which the storage checks.
    func put(_ key: String, file descriptor: Int32, count: Int64, digest: String) throws {
        if count > pieceSize { return try putInPieces(key, descriptor, count) }
        _ = try send("PUT", key, body: .file(descriptor: descriptor, offset: 0, count: count), digest: digest)
    }

    /// The number of bytes under a key; nil where there is nothing.
    func size(of key: String) throws -> Int64? { try find(key)?.size }

    /// The number of bytes under a key, and the tag of this state of it (ETag); nil where there is nothing.
    func find(_ key: String) throws -> (size: Int64, tag: String?)? {
        let answer = try send("HEAD", key, accepting: [404])
        if answer.status == 404 { return nil }
        return (answer.headers["content-length"].flatMap { Int64($0) } ?? 0, answer.headers["etag"])
    }

    /// What a stretch of an object is.
    enum Stretch {
        /// Its bytes; fewer at the end.
        case bytes([UInt8])
        /// It is there in another state, or no longer there.
        case changed
    }

    /// Bytes under a key, from a place on.
    /// - Parameter tag: the state of the object that they must be of; nil for any.
    func get(_ key: String, from start: Int64, count: Int, tag: String? = nil) throws -> Stretch {
        guard count > 0 else { return .bytes([]) }
        let headers =
            ["Range: bytes=\(start)-\(start + Int64(count) - 1)"] + (tag.map { ["If-Match: \($0)"] } ?? [])
        // 412: it is in another state. 416: the place lies behind the end. Each says so in some words.
        let answer = try send(
            "GET", key, headers: headers, mostBytes: max(count, 1 << 16), accepting: [404, 412, 416])
        switch answer.status {
        case 404, 412: return .changed
        case 416: return .bytes([])
        default: return .bytes(answer.body)
        }
    }

    /// Takes away what is under a key; nothing there is no matter.
    func delete(_ key: String) throws { _ = try send("DELETE", key, accepting: [404]) }

    /// Writes what is under one key under another too, without bringing it here; false where there is nothing.
    ///
    /// Up to 5 GB go at once; a larger object is copied in pieces.
    func copy(_ key: String, to other: String) throws -> Bool {
        guard let size = try size(of: key) else { return false }
        let source = "x-amz-copy-source: /\(place.name)/\(Self.path(place.prefix + key))"
        guard size > Self.mostAtOnce else {
            return try send("PUT", other, headers: [source], body: .bytes([]), accepting: [404]).status != 404
        }
        try inPieces(other, of: size, each: 1 << 30) { query, offset, count in
            try send(
                "PUT", other, query: query,
                headers: [source, "x-amz-copy-source-range: bytes=\(offset)-\(offset + count - 1)"],
                body: .bytes([])
            ).text
        }
        return true
    }

    private static let mostAtOnce: Int64 = 5_000_000_000

    /// Every object whose key begins so, in pages of at most 1,000, by key.
    func eachPage(prefix: String, _ body: ([Object]) throws -> Void) throws {
        var token: String?
        repeat {
            var query = [("list-type", "2"), ("prefix", place.prefix + prefix)]
            if let token { query.append(("continuation-token", token)) }
            let text = try send("GET", nil, query: query).text
            try body(try BucketAnswer.objects(text, prefix: place.prefix))
            token = BucketAnswer.value("NextContinuationToken", in: text)
        } while token != nil
    }

    /// Every object whose key begins so.
    func objects(prefix: String) throws -> [Object] {
        var all: [Object] = []
        try eachPage(prefix: prefix) { all += $0 }
        return all
    }

    // MARK: Pieces

    private func putInPieces(_ key: String, _ descriptor: Int32, _ count: Int64) throws {
        try inPieces(key, of: count, each: pieceSize) { query, offset, count in
            let answer = try send(
                "PUT", key, query: query,
                body: .file(descriptor: descriptor, offset: offset, count: count),
                digest: try digest(of: descriptor, offset, count))
            return "<ETag>\(answer.headers["etag"] ?? "")</ETag>"
        }
    }

    /// Makes an object of pieces; after a failure nothing of it stays.
    /// - Parameter send: sends one piece and returns text with its ETag.
    private func inPieces(
        _ key: String, of total: Int64, each size: Int64,
        _ sendPiece: (_ query: [(String, String)], _ offset: Int64, _ count: Int64) throws -> String
    ) throws {
        let begun = try send("POST", key, query: [("uploads", "")], body: .bytes([])).text
        guard let id = BucketAnswer.value("UploadId", in: begun) else {
            throw EvidenceFault(description: "the storage began no upload: \(begun.prefix(200))")
        }
        do {
            var list = "<CompleteMultipartUpload>"
            for (index, offset) in stride(from: 0, to: total, by: Int64.Stride(size)).enumerated() {
                let query = [("partNumber", String(index + 1)), ("uploadId", id)]
                let text = try sendPiece(query, offset, min(size, total - offset))
                let tag = BucketAnswer.value("ETag", in: text) ?? ""
                list +=
                    "<Part><ETag>\(BucketAnswer.escaped(tag))</ETag><PartNumber>\(index + 1)</PartNumber></Part>"
            }
            list += "</CompleteMultipartUpload>"
            let bytes = Array(list.utf8)
            let answer = try send(
                "POST", key, query: [("uploadId", id)], body: .bytes(bytes),
                digest: hex(sha256(bytes)))
            // The storage may say 200, work on, and then say in the body that it failed.
            guard answer.text.contains("CompleteMultipartUploadResult") else {
                throw EvidenceFault(description: "the storage made no object: \(answer.text.prefix(200))")
            }
        } catch {
            // The first error is the one to tell; pieces left behind are for the rules of the bucket.
            _ = try? send("DELETE", key, query: [("uploadId", id)], accepting: [404])
            throw error
        }
    }

    private func digest(of descriptor: Int32, _ offset: Int64, _ count: Int64) throws -> String {
        var hasher = SHA256()
        try EvidencePart.eachBlock(of: descriptor, from: offset, count: count) {
            hasher.update(bufferPointer: $0)
        }
        return hex(Array(hasher.finalize()))
    }

    // MARK: Requests

    /// A key as it stands in an address: percent-encoded between its slashes.
    private static func path(_ key: String) -> String {
        key.split(separator: "/", omittingEmptySubsequences: false).map { percentEncoded(String($0)) }
            .joined(separator: "/")
    }

    private func send(
        _ method: String, _ key: String?, query: [(String, String)] = [], headers: [String] = [],
        body: Transfer.Body = .none, digest: String? = nil, mostBytes: Int = 16 << 20,
        accepting others: [Int] = []
    ) throws -> TransferAnswer {
        var url = "\(place.endpoint)/\(percentEncoded(place.name))/"
        if let key { url += Self.path(place.prefix + key) }
        // The signature is over names in their order.
        let pairs = query.map { (percentEncoded($0.0), percentEncoded($0.1)) }.sorted { $0.0 < $1.0 }
        if !pairs.isEmpty { url += "?" + pairs.map { "\($0.0)=\($0.1)" }.joined(separator: "&") }
        var transfer = Transfer(method, url: url)
        transfer.headers = headers + ["x-amz-content-sha256: \(digest ?? Self.nothing)"]
        (transfer.body, transfer.wantsHeadOnly, transfer.mostBytes) = (body, method == "HEAD", mostBytes)
        transfer.credentials = .signature(
            provider: "aws:amz:\(place.region):s3", accessKey: place.accessKey, secretKey: place.secretKey)
        // A large piece takes as long as it takes; who sends nothing is given up all the same.
        transfer.seconds = 0
        return try perform(transfer, accepting: others)
    }

    private func perform(_ transfer: Transfer, accepting others: [Int]) throws -> TransferAnswer {
        var attempt = 1
        while true {
            do {
                let answer = try client.perform(transfer)
                if (200...299).contains(answer.status) || others.contains(answer.status) { return answer }
                guard attempt < 3, [429, 500, 502, 503, 504].contains(answer.status) else {
                    throw BucketAnswer.fault(answer, transfer, place)
                }
            } catch let fault as TransferFault {
                guard attempt < 3, Self.isPassing(fault) else {
                    throw EvidenceFault(description: "\(place.endpoint) cannot be used: \(fault)")
                }
            }
            usleep(UInt32(attempt * attempt) * 200_000)
            attempt += 1
        }
    }

    /// Whether another try may do better: nobody was reached, or the connection broke.
    private static func isPassing(_ fault: TransferFault) -> Bool {
        [
            CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_GOT_NOTHING, CURLE_RECV_ERROR,
            CURLE_SEND_ERROR,
            CURLE_OPERATION_TIMEDOUT, CURLE_PARTIAL_FILE,
        ].contains { Int($0.rawValue) == fault.code }
    }
}
