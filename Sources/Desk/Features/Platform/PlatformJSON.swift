import Diagnosis
import Domain
import Storage
import Web

/// What programs may know of the program itself.
enum PlatformJSON {
    static let reads = [
        APIRead(
            "meta.read", "Name and version of the program, and its schema", path: "/meta", access: .signedIn
        ) {
            _, services in
            [
                "name": "Thirdline", "version": .string(Thirdline.version),
                "schema": .integer(Int64(services.migrator.newest)),
            ]
        }
    ]
}
