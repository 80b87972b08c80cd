import Diagnosis
import Domain
import Web

/// The description of the JSON API, made from what the features declare.
///
/// Source: OpenAPI Specification 3.1.1; schemas are JSON Schema 2020-12.
package enum OpenAPI {
    /// The document for these features, with the choices that a policy gives.
    package static func document(catalog: FeatureCatalog, policy: Policy) -> JSON {
        let endpoints = Endpoint.all(of: catalog)
        var paths = JSONObject()
        for endpoint in endpoints {
            var item = paths[endpoint.path]?.object ?? JSONObject()
            item[endpoint.method] = endpoint.json(policy, among: endpoints)
            paths[endpoint.path] = .object(item)
        }
        OpenAPIBytes.add(to: &paths, policy)
        for (path, item) in OpenAPIParts.platformPaths { paths[path] = item }
        paths.members.sort { $0.key < $1.key }
        return [
            "openapi": "3.1.1",
            "info": info,
            "servers": [["url": "/", "description": "This installation"]],
            "security": [["bearer": []]],
            "tags": .array(tags(endpoints)),
            "paths": .object(paths),
            "components": OpenAPIParts.components,
        ]
    }

    private static let info: JSON = [
        "title": "Thirdline", "version": .string(Thirdline.version),
        "description": .string(
            """
            What a technical-support team runs on. Writes take an Idempotency-Key: a request that is sent again with \
            the same key is carried out once and answered alike. Refusals are problem+json (RFC 9457) with a stable \
            code. Times are RFC 3339. Lists go on where next says. Input with members that are not described here \
            is refused.
            """),
    ]

    private static func tags(_ endpoints: [Endpoint]) -> [JSON] {
        Set(endpoints.map(\.tag) + ["platform", "evidence"]).sorted().map { ["name": .string($0)] }
    }
}

/// An operation or a read as the document shows it.
private struct Endpoint {
    enum Kind {
        case operation(AnyOperation)
        case read(APIRead)
    }

    var kind: Kind
    var name: String
    var path: String

    static func all(of catalog: FeatureCatalog) -> [Endpoint] {
        catalog.operations.map { Endpoint(kind: .operation($0), name: $0.name, path: $0.place.apiPath) }
            + catalog.reads.map { Endpoint(kind: .read($0), name: $0.name, path: "/api/v1" + $0.path) }
    }

    var id: String { name.replacing(".", with: "_") }
    var tag: String { name.split(separator: ".").first.map(String.init) ?? name }

    var method: String {
        switch kind {
        case .operation: "post"
        case .read: "get"
        }
    }

    /// The names in the braces of the path.
    var pathNames: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map {
            String($0.dropFirst().dropLast())
        }
    }

    func json(_ policy: Policy, among endpoints: [Endpoint]) -> JSON {
        switch kind {
        case .operation(let operation): self.operation(operation, policy, endpoints)
        case .read(let read): self.read(read)
        }
    }

    // MARK: Operations

    private func operation(_ operation: AnyOperation, _ policy: Policy, _ endpoints: [Endpoint]) -> JSON {
        var headers: [JSON] = [["$ref": "#/components/parameters/IdempotencyKey"]]
        if !isCreation { headers.append(["$ref": "#/components/parameters/IfMatch"]) }
        let schema = OpenAPISchema.input(bodyFields(operation), takesBase: !isCreation, policy)
        let needsBody = bodyFields(operation).contains(where: \.isRequired)
        return [
            "operationId": .string(id),
            "summary": .string(operation.summary),
            "description": .string("Needs the right \(operation.right.name)."),
            "tags": [.string(tag)],
            "parameters": .array(pathParameters(operation) + headers),
            "requestBody": [
                "required": .bool(needsBody), "content": ["application/json": ["schema": schema]],
            ],
            "responses": .object(responses(to: operation, endpoints)),
        ]
    }

    private var isCreation: Bool {
        guard case .operation(let operation) = kind, case .create = operation.place else { return false }
        return true
    }

    private func bodyFields(_ operation: AnyOperation) -> [FieldDescription] {
        operation.fields.filter { !pathNames.contains($0.name) }
    }

    private func pathParameters(_ operation: AnyOperation) -> [JSON] {
        pathNames.map { name in
            let field = operation.fields.first { $0.name == name }
            return Self.pathParameter(name, field.map { "\($0.label): identifier or human name." })
        }
    }

    private static func pathParameter(_ name: String, _ description: String?) -> JSON {
        .fields([
            "name": .string(name), "in": "path", "required": true,
            "description": .string(description ?? "Identifier or human name."),
            "schema": ["type": "string", "minLength": 1, "maxLength": 300],
        ])
    }

    private func responses(to operation: AnyOperation, _ endpoints: [Endpoint]) -> JSONObject {
        let schema: JSON = [
            "$ref": isCreation ? "#/components/schemas/Created" : "#/components/schemas/Changed"
        ]
        var headers: JSONObject = ["ETag": ["$ref": "#/components/headers/ETag"]]
        if isCreation { headers["Location"] = ["$ref": "#/components/headers/Location"] }
        var success: JSONObject = [
            "description": .string(isCreation ? "Made." : "Done, or nothing had to change."),
            "headers": .object(headers), "content": ["application/json": ["schema": schema]],
        ]
        let links = links(to: endpoints)
        if !links.isEmpty { success["links"] = .object(links) }
        var responses: JSONObject = [isCreation ? "201" : "200": .object(success)]
        for status in [401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503, 507]
        where !isCreation || status != 412 {
            responses["\(status)"] = ["$ref": .string("#/components/responses/\(status)")]
        }
        return responses
    }

    /// What can be done next with what was made: everything whose path begins with the new member.
    private func links(to endpoints: [Endpoint]) -> JSONObject {
        guard case .operation(let operation) = kind, case .create(let collection) = operation.place else {
            return JSONObject()
        }
        let prefix = "/api/v1/\(collection)/{"
        var links = JSONObject()
        for target in endpoints where target.path.hasPrefix(prefix) && target.pathNames.count == 1 {
            let parameters = JSONObject(
                members: target.pathNames.map { (key: $0, value: .string("$response.body#/id")) })
            links[target.id] = ["operationId": .string(target.id), "parameters": .object(parameters)]
        }
        return links
    }

    // MARK: Reads

    private func read(_ read: APIRead) -> JSON {
        let query = read.parameters.map { parameter -> JSON in
            [
                "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary),
                "schema": parameter.name == "limit" ? ["type": "integer", "minimum": 1] : ["type": "string"],
            ]
        }
        let isList = read.parameters.contains { $0.name == "cursor" }
        let schema: JSON = ["$ref": isList ? "#/components/schemas/List" : "#/components/schemas/Thing"]
        var success: JSONObject = [
            "description": "Found.", "content": ["application/json": ["schema": schema]],
        ]
        if !isList { success["headers"] = ["ETag": ["$ref": "#/components/headers/ETag"]] }
        var responses: JSONObject = ["200": .object(success)]
        for status in [401, 403, 404, 422, 429, 500, 503] where !pathNames.isEmpty || status != 404 {
            responses["\(status)"] = ["$ref": .string("#/components/responses/\(status)")]
        }
        return [
            "operationId": .string(id), "summary": .string(read.summary),
            "description": .string(Self.words(read.access)), "tags": [.string(tag)],
            "parameters": .array(pathNames.map { Self.pathParameter($0, nil) } + query),
            "responses": .object(responses),
        ]
    }

    private static func words(_ access: Access) -> String {
        switch access {
        case .everyone, .signedIn: "For everybody with a token."
        case .right(let right): "Needs the right \(right.name)."
        case .anyRight(let rights): "Needs one of the rights \(rights.map(\.name).joined(separator: ", "))."
        }
    }
}
