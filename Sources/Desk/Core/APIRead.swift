import Diagnosis
import Domain
import HTTPTypes
import Web

/// Something that can be read as JSON, declared once: the route and its OpenAPI entry follow.
package struct APIRead: Sendable {
    /// A value of the query.
    package struct Parameter: Sendable {
        /// The name.
        package var name: String
        /// What it does.
        package var summary: String

        /// A value of the query.
        package init(_ name: String, _ summary: String) { (self.name, self.summary) = (name, summary) }
    }

    /// The name in the OpenAPI document: "case.list".
    package var name: String
    /// What it gives.
    package var summary: String
    /// The path after /api/v1, with names in braces.
    package var path: String
    /// Who may read it.
    package var access: Access
    /// The values of the query that it takes; others are refused.
    package var parameters: [Parameter]
    /// The file that declares it.
    package var file: String
    /// Reads.
    package var read: @Sendable (SignedInCall, Services) async throws -> JSON

    /// A read with all parts.
    package init(
        _ name: String, _ summary: String, path: String, access: Access, parameters: [Parameter] = [],
        file: String = #fileID, read: @escaping @Sendable (SignedInCall, Services) async throws -> JSON
    ) {
        (self.name, self.summary, self.path, self.access) = (name, summary, path, access)
        (self.parameters, self.file, self.read) = (parameters, file, read)
    }

    func route(_ services: Services) -> Route {
        .signedIn(.get, "/api/v1" + path, access, file: file) { call in
            for (name, _) in call.request.query where !parameters.contains(where: { $0.name == name }) {
                let hint =
                    nearest(to: name, in: parameters.map(\.name)).map { " Did you mean “\($0)”?" } ?? ""
                throw Refusal(
                    field: name, "unknown_parameter", "There is no parameter “\(name)” here.\(hint)")
            }
            if let twice = repeated(call.request.query.map(\.name)) {
                throw Refusal(field: twice, "repeated", "“\(twice)” stands there twice. Say it once.")
            }
            let json = try await read(call, services)
            var response = WebResponse.json(json)
            if let version = json["version"]?.integer { response.headers[.eTag] = "\"\(version)\"" }
            return response
        }
    }
}

/// The first name that stands there twice.
private func repeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
}

/// Where the next page of a list begins: opaque to callers, and refused where it was not made by us.
package enum Cursor {
    /// The cursor for these parts.
    package static func text(_ parts: [String]) -> String {
        var bytes: [UInt8] = []
        JSON.array(parts.map(JSON.string)).write(into: &bytes)
        return base64URL(bytes)
    }

    /// What a cursor is refused with that no list of ours gave.
    static var notOurs: Refusal {
        Refusal(field: "cursor", "bad_cursor", "This cursor is not one of ours. Begin with the first page.")
    }

    /// The parts of a cursor of so many parts.
    package static func parts(_ text: String?, count: Int) throws(Refusal) -> [String]? {
        guard let text else { return nil }
        guard let bytes = bytes(fromBase64URL: text), let json = try? JSON(parsing: bytes),
            let parts = json.array?.compactMap(\.string), parts.count == count,
            !parts.contains(where: { $0.utf8.contains(0) })
        else { throw notOurs }
        return parts
    }
}
