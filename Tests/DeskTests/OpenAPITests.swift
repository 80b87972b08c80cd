import Diagnosis
import Domain
import Testing

@testable import Desk

/// The description of the API follows from what the features declare; these tests hold the two together.
struct OpenAPITests {
    private let catalog = FeatureCatalog()
    private let document: JSON

    init() throws {
        let policy = try PolicyHolder(knownRights: catalog.rights).current
        document = OpenAPI.document(catalog: catalog, policy: policy)
    }

    private struct Entry {
        var path: String
        var method: String
        var body: JSON
        var id: String { body["operationId"]?.string ?? "" }
    }

    private var entries: [Entry] {
        (document["paths"]?.object?.members ?? []).flatMap { path, item in
            (item.object?.members ?? []).map { Entry(path: path, method: $0.key, body: $0.value) }
        }
    }

    private func entry(_ id: String) -> Entry? { entries.first { $0.id == id } }

    @Test("Every operation stands in the OpenAPI document under its path")
    func everyOperationStandsInTheDocument() {
        for operation in catalog.operations {
            let found = entry(operation.name.replacing(".", with: "_"))
            #expect(found?.path == operation.place.apiPath, "\(operation.name)")
            #expect(found?.method == "post", "\(operation.name)")
        }
    }

    @Test("Every read stands in the OpenAPI document under its path")
    func everyReadStandsInTheDocument() {
        for read in catalog.reads {
            let found = entry(read.name.replacing(".", with: "_"))
            #expect(found?.path == "/api/v1" + read.path, "\(read.name)")
            #expect(found?.method == "get", "\(read.name)")
        }
    }

    @Test("The OpenAPI document holds nothing but operations, reads and what needs no token")
    func nothingElseStandsInTheDocument() {
        let open = entries.filter { $0.body["security"] == [] }
        #expect(
            open.map(\.path).sorted() == [
                "/api/v1/cases/{id}/uploads", "/api/v1/give/{token}/{item}", "/healthz", "/metrics",
                "/readyz",
            ])
        let declared = Set(catalog.operations.map(\.name) + catalog.reads.map(\.name))
        let files = entries.filter { entry in
            entry.body["tags"] == ["evidence"] && entry.body["security"] != []
                && !declared.contains { $0.replacing(".", with: "_") == entry.id }
        }
        #expect(
            files.map(\.id).sorted() == [
                "evidence_attach", "evidence_content", "evidence_put", "portal_give_evidence", "upload_begin",
                "upload_give_up", "upload_go_on", "upload_offset",
            ])
        #expect(entries.count == declared.count + open.count + files.count + 1, "and the document itself")
    }

    @Test("Operation IDs are unique")
    func operationIDsAreUnique() {
        let ids = entries.map(\.id)
        #expect(!ids.contains(""))
        #expect(Set(ids).count == ids.count)
    }

    @Test("Every name in the braces of a path is a parameter, and the body has no field of that name")
    func pathParametersAreDeclared() {
        for entry in entries {
            let declared = (entry.body["parameters"]?.array ?? []).filter { $0["in"] == "path" }
                .compactMap { $0["name"]?.string }
            let inPath = entry.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            #expect(declared == inPath, "\(entry.path)")
            for name in inPath { #expect(input(of: entry)?["properties"]?[name] == nil, "\(entry.path)") }
        }
    }

    @Test("Every field of an operation has a property, and the required ones are required")
    func everyFieldHasAProperty() {
        for operation in catalog.operations {
            guard let entry = entry(operation.name.replacing(".", with: "_")), let schema = input(of: entry)
            else {
                Issue.record("\(operation.name) has no input")
                continue
            }
            let fields = operation.fields.filter { !operation.place.path.contains("{\($0.name)}") }
            #expect(fields.allSatisfy { schema["properties"]?[$0.name] != nil }, "\(operation.name)")
            #expect(schema["additionalProperties"] == false, "\(operation.name)")
            let required = (schema["required"]?.array ?? []).compactMap(\.string)
            #expect(required == fields.filter(\.isRequired).map(\.name), "\(operation.name)")
        }
    }

    @Test("Every link leads to an operation with the parameters that it fills")
    func everyLinkLeadsSomewhere() {
        var count = 0
        for entry in entries {
            for response in entry.body["responses"]?.object?.members ?? [] {
                for link in response.value["links"]?.object?.members ?? [] {
                    count += 1
                    let target = self.entry(link.value["operationId"]?.string ?? "")
                    #expect(target != nil, "\(entry.id) links to \(link.key)")
                    for parameter in link.value["parameters"]?.object?.members ?? [] {
                        #expect(target?.path.contains("{\(parameter.key)}") == true, "\(link.key)")
                    }
                }
            }
        }
        #expect(count > 0)
    }

    @Test("What is made links to everything that can be done with it")
    func creationsLinkToTheirMembers() throws {
        let links = try #require(entry("organisation_add")?.body["responses"]?["201"]?["links"]?.object)
        let names = links.members.map(\.key).sorted()
        let operations = FeatureCatalog().operations.filter {
            if case .act(in: "organisations", verb: _) = $0.place { true } else { false }
        }
        let expected = operations.map { $0.name.replacing(".", with: "_") } + ["organisation_read"]
        #expect(names == expected.sorted() && names.count > 3)
    }

    @Test("Every reference within the OpenAPI document leads to a part of it")
    func everyReferenceLeadsSomewhere() {
        var references: [String] = []
        collectReferences(document, &references)
        #expect(!references.isEmpty)
        for reference in Set(references) {
            let target = reference.split(separator: "/").dropFirst().reduce(document as JSON?) {
                $0?[String($1)]
            }
            #expect(reference.hasPrefix("#/") && target != nil, "\(reference)")
        }
    }

    @Test("Choices are those of the policy in force")
    func choicesComeFromPolicy() throws {
        let entry = try #require(self.entry("organisation_add"))
        let choices = input(of: entry)?["properties"]?["tier"]?["enum"]
        #expect(choices == ["enterprise", "premium", "standard"])
    }

    private func input(of entry: Entry) -> JSON? {
        entry.body["requestBody"]?["content"]?["application/json"]?["schema"]
    }

    private func collectReferences(_ json: JSON, _ found: inout [String]) {
        if let reference = json["$ref"]?.string { found.append(reference) }
        for member in json.object?.members ?? [] { collectReferences(member.value, &found) }
        for element in json.array ?? [] { collectReferences(element, &found) }
    }
}
