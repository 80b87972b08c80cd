import Diagnosis
import Domain

/// Addresses that take or give bytes instead of JSON, as the document shows them.
///
/// Source of the resumable ones: tus resumable upload protocol 1.0.
enum OpenAPIBytes {
    private struct Entry {
        var method: String
        var path: String
        var id: String
        var summary: String
        var takes: String?
        var success: String
        var isOpen = false
    }

    private static let entries = [
        Entry(
            method: "post", path: "/api/v1/cases/{id}/evidence", id: "evidence_attach",
            summary: "Attach a file: a multipart form with the file and what is known of it",
            takes: "multipart/form-data", success: "201"),
        Entry(
            method: "put", path: "/api/v1/cases/{id}/evidence/{number}", id: "evidence_put",
            summary: "Attach the body as a file of this name", takes: "application/octet-stream",
            success: "201"),
        Entry(
            method: "get", path: "/api/v1/cases/{id}/evidence/{number}/content", id: "evidence_content",
            summary: "The bytes of a piece of evidence; a read of restricted evidence is on record",
            takes: nil,
            success: "200"),
        Entry(
            method: "post", path: "/api/v1/portal/cases/{id}/evidence", id: "portal_give_evidence",
            summary: "Give a file to one of your cases", takes: "multipart/form-data", success: "201"),
        Entry(
            method: "put", path: "/api/v1/give/{token}/{item}", id: "evidence_give",
            summary: "Give a file that was asked for, by the link that came with the request",
            takes: "application/octet-stream", success: "201", isOpen: true),
        Entry(
            method: "options", path: "/api/v1/cases/{id}/uploads", id: "upload_options",
            summary: "What the resumable upload protocol offers here", takes: nil, success: "204"),
        Entry(
            method: "post", path: "/api/v1/cases/{id}/uploads", id: "upload_begin",
            summary: "Begin a resumable upload", takes: nil, success: "201"),
        Entry(
            method: "head", path: "/api/v1/uploads/{upload}", id: "upload_offset",
            summary: "How much of an upload has arrived", takes: nil, success: "200"),
        Entry(
            method: "patch", path: "/api/v1/uploads/{upload}", id: "upload_go_on",
            summary: "Go on with an upload at its offset", takes: "application/offset+octet-stream",
            success: "204"),
        Entry(
            method: "delete", path: "/api/v1/uploads/{upload}", id: "upload_give_up",
            summary: "Give up an upload that is not complete", takes: nil, success: "204"),
    ]

    /// Adds them to the paths of the document.
    static func add(to paths: inout JSONObject) {
        for entry in entries {
            var item = paths[entry.path]?.object ?? JSONObject()
            item[entry.method] = json(entry)
            paths[entry.path] = .object(item)
        }
    }

    private static func json(_ entry: Entry) -> JSON {
        let names = entry.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            $0.dropFirst().dropLast()
        }
        let parameters = names.map { name -> JSON in
            ["name": .string(String(name)), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        let content = entry.takes.map { type -> JSON in
            let schema: JSON = ["schema": ["type": "string", "format": "binary"]]
            return ["required": true, "content": .object(JSONObject(members: [(key: type, value: schema)]))]
        }
        let responses = JSONObject(members: [(key: entry.success, value: ["description": "Done."] as JSON)])
        return .fields([
            "operationId": .string(entry.id), "summary": .string(entry.summary), "tags": ["evidence"],
            "parameters": .array(parameters), "requestBody": content,
            "security": entry.isOpen ? .array([]) : nil, "responses": .object(responses),
        ])
    }
}
