/// The program itself.
package enum Thirdline {
    /// The version of this program, as releases count it.
    package static let version = "0.1.0"
}
