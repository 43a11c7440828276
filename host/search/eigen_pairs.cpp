/// Eigen's solver, compiled once.
#include "host/search/eigen_pairs.h"

#include <Eigen/Eigenvalues>

namespace mixfarm {

EigenPairs eigen_pairs(const Eigen::MatrixXd& symmetric) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
    return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace mixfarm
