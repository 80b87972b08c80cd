import Domain
import Foundation

/// What S3-compatible storage says in XML, as far as it is needed: elements with text in them, none of which repeats
/// within the element around it.
enum BucketAnswer {
    /// The text of the first element of a name; nil where there is none.
    static func value(_ name: String, in text: some StringProtocol) -> String? {
        guard let start = text.range(of: "<\(name)>"),
            let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
        else { return nil }
        return unescaped(String(text[start.upperBound..<end.lowerBound]))
    }

    /// The objects of one page of a list.
    static func objects(_ text: String, prefix: String) throws -> [Bucket.Object] {
        guard text.contains("<ListBucketResult") else {
            throw EvidenceFault(description: "the storage gave no list: \(text.prefix(200))")
        }
        return text.components(separatedBy: "<Contents>").dropFirst().compactMap { part in
            guard let key = value("Key", in: part), key.hasPrefix(prefix),
                let size = value("Size", in: part).flatMap({ Int64($0) }),
                let modified = value("LastModified", in: part).flatMap({ Timestamp($0) })
            else { return nil }
            return Bucket.Object(key: String(key.dropFirst(prefix.count)), size: size, modifiedAt: modified)
        }
    }

    /// Why a request was refused, without anything secret.
    static func fault(_ answer: TransferAnswer, _ transfer: Transfer, _ place: Bucket.Place) -> EvidenceFault
    {
        let reason = ["Code", "Message"].compactMap { value($0, in: answer.text) }.joined(separator: ": ")
        let words = reason.isEmpty ? "no reason" : reason
        return EvidenceFault(
            description:
                "\(place.endpoint) answered \(transfer.method ?? "") on bucket \(place.name) with \(answer.status) (\(words))"
        )
    }

    /// Text as it stands in an element.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return text.replacing("&quot;", with: "\"").replacing("&#34;", with: "\"").replacing(
            "&apos;", with: "'"
        )
        .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
