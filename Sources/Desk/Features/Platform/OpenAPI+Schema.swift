import Diagnosis
import Domain

/// The schema of an operation's input, made from its fields.
enum OpenAPISchema {
    static func input(_ fields: [FieldDescription], takesBase: Bool, _ policy: Policy) -> JSON {
        var properties = JSONObject()
        for field in fields { properties[field.name] = property(field, policy) }
        if takesBase {
            properties["base_version"] = [
                "type": "integer", "minimum": 0, "maximum": .integer(Int64(Int32.max)),
                "description": "The version that you read; the same as If-Match.",
            ]
        }
        var schema: JSONObject = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return .object(schema)
    }

    private static func property(_ field: FieldDescription, _ policy: Policy) -> JSON {
        var schema = shape(field.shape, policy)
        if !field.isRequired, let type = schema["type"] {
            schema["type"] = [type, "null"]
            if let choices = schema["enum"]?.array { schema["enum"] = .array(choices + [.null]) }
        } else if schema["type"] == "string", schema["enum"] == nil, schema["format"] != "date-time" {
            schema["minLength"] = 1
        }
        schema["title"] = .string(field.label)
        var words = field.help.map { [$0] } ?? []
        if field.isTime { words.append("RFC 3339; without an offset it is UTC.") }
        if field.isEdit { words.append("Left out: stays as it is. null: is taken away.") }
        if let limit = limit(field.shape) { words.append("At most \(limit) bytes of UTF-8.") }
        if !words.isEmpty { schema["description"] = .string(words.joined(separator: " ")) }
        return .object(schema)
    }

    private static func limit(_ shape: FieldDescription.Shape) -> Int? {
        switch shape {
        case .text(let bytes, _), .secret(let bytes): bytes
        default: nil
        }
    }

    /// A character is at least one byte, so that the limit in bytes is a limit in characters too.
    private static func shape(_ shape: FieldDescription.Shape, _ policy: Policy) -> JSONObject {
        switch shape {
        case .text(let bytes, _): return ["type": "string", "maxLength": .integer(Int64(bytes))]
        case .secret(let bytes):
            return [
                "type": "string", "format": "password", "maxLength": .integer(Int64(bytes)),
                "writeOnly": true,
            ]
        case .integer(let range):
            return [
                "type": "integer", "minimum": .integer(Int64(range.lowerBound)),
                "maximum": .integer(Int64(range.upperBound)),
            ]
        case .number(let range):
            return [
                "type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
            ]
        case .flag: return ["type": "boolean"]
        case .choice(let choices):
            let values = choices(policy).map { JSON.string($0.value) }
            return values.isEmpty ? ["type": "string"] : ["type": "string", "enum": .array(values)]
        case .time: return ["type": "string", "format": "date-time"]
        case .reference: return ["type": "string", "maxLength": 300]
        case .answers:
            let value: JSON = ["type": ["string", "number", "boolean", "null"]]
            return ["type": "object", "additionalProperties": value]
        case .list(let item): return ["type": "array", "items": .object(self.shape(item, policy))]
        }
    }
}

/// The parts of the document that do not depend on the features.
enum OpenAPIParts {
    static let components: JSON = [
        "securitySchemes": [
            "bearer": [
                "type": "http", "scheme": "bearer",
                "description": "A token from your account's page, or from thirdline token create.",
            ]
        ],
        "parameters": ["IdempotencyKey": idempotencyKey, "IfMatch": ifMatch],
        "headers": ["ETag": etag, "Location": location],
        "schemas": [
            "Created": result(required: ["id", "version"]), "Changed": result(required: []), "List": list,
            "Thing": ["type": "object"], "Problem": problem,
        ],
        "responses": .object(problems),
    ]

    private static let idempotencyKey: JSON = [
        "name": "Idempotency-Key", "in": "header",
        "schema": ["type": "string", "minLength": 1, "maxLength": 200],
        "description": "Names the request, so that sending it again does nothing twice.",
    ]

    private static let ifMatch: JSON = [
        "name": "If-Match", "in": "header", "schema": ["type": "string"],
        "description": .string(
            "The ETag of what you read. The request is refused only if somebody has since edited the same aspect."
        ),
    ]

    private static let etag: JSON = [
        "description": "The version, in quotes; absent where nothing has a version.",
        "schema": ["type": "string"],
    ]

    private static let location: JSON = [
        "description": "Where the new thing is.", "schema": ["type": "string", "format": "uri-reference"],
    ]

    private static func result(required: [JSON]) -> JSON {
        var schema: JSONObject = [
            "type": "object",
            "properties": [
                "id": ["type": "string", "description": "The identifier."],
                "version": ["type": "integer", "minimum": 0, "description": "The version after the change."],
            ],
        ]
        if !required.isEmpty { schema["required"] = .array(required) }
        return .object(schema)
    }

    private static let list: JSON = [
        "type": "object", "required": ["items", "next"],
        "properties": [
            "items": ["type": "array", "items": ["type": "object"]],
            "next": ["type": ["string", "null"], "description": "null on the last page."],
        ],
    ]

    private static let problem: JSON = [
        "type": "object", "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": [
            "type": ["type": "string", "format": "uri"], "title": ["type": "string"],
            "status": ["type": "integer"], "detail": ["type": "string"],
            "code": ["type": "string", "description": "Stable; programs decide by it."],
            "request_id": ["type": "string", "description": "Names the request in the log."],
            "errors": ["type": "array", "items": fieldProblem],
            "conflicts": ["type": "array", "items": conflict],
            "current_version": ["type": "integer"],
            "retry_after": ["type": "integer", "description": "Seconds to wait."],
        ],
    ]

    private static let fieldProblem: JSON = [
        "type": "object", "required": ["field", "code", "detail"],
        "properties": [
            "field": ["type": "string"], "code": ["type": "string"], "detail": ["type": "string"],
        ],
    ]

    private static let conflict: JSON = [
        "type": "object", "required": ["aspect", "field", "theirs", "yours", "by", "at"],
        "properties": [
            "aspect": ["type": "string"], "field": ["type": "string"], "theirs": ["type": "string"],
            "yours": ["type": "string"], "by": ["type": "string"],
            "at": ["type": "string", "format": "date-time"],
        ],
    ]

    private static let problems: JSONObject = {
        let words: [(Int, String)] = [
            (401, "No token, or one that is not valid."), (403, "You may not do this."),
            (404, "There is no such thing, or you may not see it."),
            (409, "The state of things forbids it now."),
            (
                412,
                "Somebody edited the same aspect since the version that you named; both values are in conflicts."
            ),
            (413, "The request is too large."), (415, "The body is not JSON."),
            (422, "Something in the input is wrong; errors names the fields."), (429, "Too often; wait."),
            (500, "A fault on our side; it is in the log under request_id."),
            (503, "Not available right now; try again."),
            (507, "The server's disk is full; what was confirmed is there, this was not saved."),
        ]
        return JSONObject(
            members: words.map { status, text in
                (
                    key: "\(status)",
                    value: [
                        "description": .string(text),
                        "content": [
                            "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
                        ],
                    ]
                )
            })
    }()

    /// What describes the service itself.
    static let platformPaths: [(path: String, item: JSON)] = [
        (
            "/api/v1/openapi.json",
            item("openapi", "This document", type: "application/json", refusals: [401, 429], isOpen: false)
        ),
        ("/healthz", item("healthz", "Whether the process serves", type: "text/plain")),
        (
            "/metrics",
            item(
                "metrics",
                "Numbers in Prometheus' text format: for this machine, or with the token for metrics",
                type: "text/plain", refusals: [401, 403])
        ),
        (
            "/readyz",
            item(
                "readyz", "Whether this node can take work; 503 where not", type: "application/json",
                not: true)
        ),
    ]

    private static func item(
        _ id: String, _ summary: String, type: String, not mayRefuse: Bool = false, refusals: [Int] = [],
        isOpen: Bool = true
    ) -> JSON {
        let schema: JSON = ["type": type == "text/plain" ? "string" : "object"]
        let content = JSON.object(JSONObject(members: [(key: type, value: ["schema": schema])]))
        var responses: JSONObject = ["200": ["description": "Yes.", "content": content]]
        for status in refusals + [500] {
            responses["\(status)"] = ["$ref": .string("#/components/responses/\(status)")]
        }
        if mayRefuse { responses["503"] = ["description": "No; the answer says why.", "content": content] }
        if responses["503"] == nil { responses["503"] = ["$ref": "#/components/responses/503"] }
        return [
            "get": .fields([
                "operationId": .string(id), "summary": .string(summary), "tags": ["platform"],
                "security": isOpen ? .array([]) : nil, "responses": .object(responses),
            ])
        ]
    }
}
