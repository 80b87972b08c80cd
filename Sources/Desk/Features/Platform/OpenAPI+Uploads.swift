import Diagnosis
import Domain

/// Addresses that take or give bytes instead of JSON, as the document shows them.
///
/// Source of the resumable ones: tus resumable upload protocol 1.0.
enum OpenAPIBytes {
    /// A value of a header or of the query.
    private struct Value {
        var name: String
        var place: String
        var words: String
        var isRequired = false
        var schema: JSON = ["type": "string"]

        var json: JSON {
            [
                "name": .string(name), "in": .string(place), "required": .bool(isRequired),
                "description": .string(words), "schema": schema,
            ]
        }
    }

    private struct Entry {
        var method: String
        var path: String
        var id: String
        var summary: String
        var values: [Value] = []
        /// The media types of the body; none where nothing is sent.
        var takes: [(type: String, schema: JSON)] = []
        var success: [(status: String, words: String, type: String?, headers: [String])]
        var refusals: [Int]
        var isOpen = false
    }

    private static let bytes: JSON = ["type": "string", "format": "binary"]
    private static let refusalsOfUploads = [401, 403, 404, 409, 413, 415, 422, 429, 500, 503]
    private static let key = Value(
        name: "Idempotency-Key", place: "header",
        words: "Names the request, so that sending it again does nothing twice.",
        schema: ["type": "string", "minLength": 1, "maxLength": 200])
    private static let digest = Value(
        name: "sha256", place: "query",
        words: "The SHA-256 of the file in hexadecimal; a file that arrives as another one is refused.")
    private static let fileName = Value(
        name: "name", place: "query", words: "The name of the file, where the body is the file.")
    private static let tus = Value(
        name: "Tus-Resumable", place: "header", words: "The version of the protocol: 1.0.0.")

    /// A form with one or several files, and what is known of them.
    private static func form(_ policy: Policy) -> JSON {
        let known = AnyOperation(AddEvidence.self).fields.filter { !["id", "file"].contains($0.name) }
        guard var schema = OpenAPISchema.input(known, takesBase: false, policy).object,
            var properties = schema["properties"]?.object
        else { return ["type": "object"] }
        properties["file"] = ["type": "array", "items": bytes, "minItems": 1, "maxItems": 50]
        properties["sha256"] = ["type": "string", "description": .string(digest.words)]
        schema["properties"] = .object(properties)
        schema["required"] = ["file"]
        return .object(schema)
    }

    private static func entries(_ policy: Policy) -> [Entry] {
        let form = form(policy)
        return [
            Entry(
                method: "post", path: "/api/v1/cases/{id}/evidence", id: "evidence_attach",
                summary: "Attach files: a form with them and what is known of them, or one file as the body",
                values: [key, fileName, digest],
                takes: [("multipart/form-data", form), ("application/octet-stream", bytes)],
                success: [("201", "Attached.", "application/json", ["Location"])],
                refusals: refusalsOfUploads),
            Entry(
                method: "put", path: "/api/v1/cases/{id}/evidence/{number}", id: "evidence_put",
                summary: "Attach the body as a file of this name", values: [key, digest],
                takes: [("application/octet-stream", bytes)],
                success: [("201", "Attached.", "application/json", ["Location"])],
                refusals: refusalsOfUploads),
            Entry(
                method: "get", path: "/api/v1/cases/{id}/evidence/{number}/content", id: "evidence_content",
                summary: "The bytes of a piece of evidence; a read of restricted evidence is on record",
                values: [
                    Value(
                        name: "Range", place: "header",
                        words: "Some of the bytes, as “bytes=100-199” or “bytes=100-”; else all of them.")
                ],
                success: [
                    ("200", "The file.", "application/octet-stream", []),
                    ("206", "The bytes that were asked for.", "application/octet-stream", []),
                ], refusals: [401, 403, 404, 422, 429, 500, 503]),
            Entry(
                method: "post", path: "/api/v1/portal/cases/{id}/evidence", id: "portal_give_evidence",
                summary: "Give files to one of your cases", values: [key, fileName, digest],
                takes: [("multipart/form-data", form), ("application/octet-stream", bytes)],
                success: [("201", "Given.", "application/json", ["Location"])],
                refusals: refusalsOfUploads),
            Entry(
                method: "put", path: "/api/v1/give/{token}/{item}", id: "evidence_give",
                summary: "Give a file that was asked for, by the link that came with the request",
                values: [fileName, digest], takes: [("application/octet-stream", bytes)],
                success: [("201", "Given.", "application/json", [])],
                refusals: [404, 409, 413, 415, 422, 429, 500, 503], isOpen: true),
        ] + resumable
    }

    private static let resumable: [Entry] = [
        Entry(
            method: "options", path: "/api/v1/cases/{id}/uploads", id: "upload_options",
            summary: "What the resumable upload protocol offers here",
            success: [("204", "The headers say it.", nil, [])], refusals: [404, 429, 500, 503], isOpen: true),
        Entry(
            method: "post", path: "/api/v1/cases/{id}/uploads", id: "upload_begin",
            summary: "Begin a resumable upload",
            values: [
                tus,
                Value(
                    name: "Upload-Length", place: "header", words: "How many bytes there will be.",
                    isRequired: true, schema: ["type": "integer", "minimum": 1]),
                Value(
                    name: "Upload-Metadata", place: "header",
                    words: "Names with values in base64: filename, and what is known of the file."),
            ],
            success: [("201", "Begun.", nil, ["Location", "Upload-Offset"])], refusals: refusalsOfUploads),
        Entry(
            method: "head", path: "/api/v1/uploads/{upload}", id: "upload_offset",
            summary: "How much of an upload has arrived", values: [tus],
            success: [("200", "The headers say it.", nil, ["Upload-Offset", "Upload-Length"])],
            refusals: [401, 403, 404, 409, 413, 422, 429, 500, 503]),
        Entry(
            method: "patch", path: "/api/v1/uploads/{upload}", id: "upload_go_on",
            summary: "Go on with an upload at its offset",
            values: [
                tus,
                Value(
                    name: "Upload-Offset", place: "header", words: "Where the piece begins.",
                    isRequired: true, schema: ["type": "integer", "minimum": 0]),
            ],
            takes: [("application/offset+octet-stream", bytes)],
            success: [("204", "Taken.", nil, ["Upload-Offset"])], refusals: refusalsOfUploads),
        Entry(
            method: "delete", path: "/api/v1/uploads/{upload}", id: "upload_give_up",
            summary: "Give up an upload that is not complete", values: [tus],
            success: [("204", "Given up.", nil, [])], refusals: [401, 403, 404, 422, 429, 500, 503]),
    ]

    /// Adds them to the paths of the document.
    static func add(to paths: inout JSONObject, _ policy: Policy) {
        for entry in entries(policy) {
            var item = paths[entry.path]?.object ?? JSONObject()
            item[entry.method] = json(entry)
            paths[entry.path] = .object(item)
        }
    }

    private static func json(_ entry: Entry) -> JSON {
        let names = entry.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            $0.dropFirst().dropLast()
        }
        let inPath = names.map { name -> JSON in
            [
                "name": .string(String(name)), "in": "path", "required": true,
                "schema": ["type": "string", "minLength": 1],
            ]
        }
        let takes = JSONObject(
            members: entry.takes.map { (key: $0.type, value: ["schema": $0.schema] as JSON) })
        let content: JSON? =
            entry.takes.isEmpty ? nil : ["required": true, "content": .object(takes)]
        return .fields([
            "operationId": .string(entry.id), "summary": .string(entry.summary), "tags": ["evidence"],
            "parameters": .array(inPath + entry.values.map(\.json)), "requestBody": content,
            "security": entry.isOpen ? .array([]) : nil, "responses": .object(responses(entry)),
        ])
    }

    private static func responses(_ entry: Entry) -> JSONObject {
        var responses = JSONObject()
        for (status, words, type, headers) in entry.success {
            let told = JSONObject(
                members: headers.map {
                    (key: $0, value: ["schema": ["type": "string"], "description": .string($0)] as JSON)
                })
            let schema: JSON = type == "application/json" ? ["type": "object"] : bytes
            let content = type.map { JSONObject(members: [(key: $0, value: ["schema": schema] as JSON)]) }
            responses[status] = .fields([
                "description": .string(words), "headers": headers.isEmpty ? nil : .object(told),
                "content": content.map(JSON.object),
            ])
        }
        for status in entry.refusals {
            responses["\(status)"] = ["$ref": .string("#/components/responses/\(status)")]
        }
        return responses
    }
}
